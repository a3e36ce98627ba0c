import NIOCore
import NIOPosix

/// Where a server listens.
public enum Endpoint: Hashable, Sendable, CustomStringConvertible {
  /// A name or an address, and a port.
  case tcp(host: String, port: Int)
  /// The path of a Unix-domain socket, for a server on the same machine.
  case unix(path: String)

  /// `HOST:PORT`, or the path.
  public var description: String {
    switch self {
    case .tcp(let host, let port): host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
    case .unix(let path): path
    }
  }

  /// Connects with what the transport needs.
  func connect(_ bootstrap: ClientBootstrap) -> EventLoopFuture<any Channel> {
    switch self {
    case .tcp(let host, let port):
      bootstrap.channelOption(.tcpOption(.tcp_nodelay), value: 1).connect(host: host, port: port)
    case .unix(let path): bootstrap.connect(unixDomainSocketPath: path)
    }
  }
}
