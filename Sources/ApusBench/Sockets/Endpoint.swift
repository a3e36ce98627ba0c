/// Where a server listens.
public enum Endpoint: Hashable, Sendable, Codable, CustomStringConvertible {
  /// A port of a host.
  case tcp(host: String, port: Int)
  /// A path of this machine.
  case unix(path: String)

  /// The endpoint as a person writes it.
  public var description: String {
    switch self {
    case .tcp(let host, let port): "\(host):\(port)"
    case .unix(let path): path
    }
  }

  /// A port of this machine.
  ///
  /// - Parameter port: The port; 0 takes a free one to listen on.
  /// - Returns: The endpoint.
  package static func loopback(port: Int = 0) -> Endpoint { .tcp(host: "127.0.0.1", port: port) }
}
