internal import ArgumentParser

/// `HOST:PORT`, or the `PORT` of this machine.
///
/// An IPv6 host stands in brackets.
struct Address: Hashable, ExpressibleByArgument, CustomStringConvertible {
  let host: String
  let port: Int

  init(host: String, port: Int) {
    self.host = host
    self.port = port
  }

  init?(argument: String) {
    if let port = Int(argument), 0...65_535 ~= port {
      self = Address(host: "127.0.0.1", port: port)
      return
    }
    guard let colon = argument.lastIndex(of: ":"),
      let port = Int(argument[argument.index(after: colon)...]), 0...65_535 ~= port
    else { return nil }
    var host = argument[..<colon]
    if host.hasPrefix("["), host.hasSuffix("]") { host = host.dropFirst().dropLast() }
    guard !host.isEmpty else { return nil }
    self = Address(host: String(host), port: port)
  }

  /// The same host with the port that was really taken, if that is known.
  func with(port: Int?) -> Address { Address(host: host, port: port ?? self.port) }

  var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }

  var defaultValueDescription: String { description }
}
