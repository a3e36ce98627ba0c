internal import ApusBench
internal import ArgumentParser
internal import Glibc

/// `apus bench echo-server`: the floor under every server, as a process of its own.
struct BenchEcho: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "echo-server",
    abstract: "Send the first bytes of each message back, until the standard input ends.",
    shouldDisplay: false)

  @Option(help: "The port; 0 takes a free one, which is printed.")
  var port = 0

  @Option(help: "A socket of this machine instead of a port.")
  var unix: String?

  @Option(help: "The bytes of a message.")
  var requestBytes = 64

  @Option(help: "How many of them go back.")
  var replyBytes = 64

  @Option(help: "How messages are waited for: epoll or spin.")
  var io = BenchWaiting.epoll

  @Option(help: "The processor that the server keeps to.")
  var cpu: Int?

  func validate() throws {
    guard 24 <= replyBytes, replyBytes <= requestBytes else {
      throw ValidationError(
        "an echo of \(replyBytes) bytes to \(requestBytes) cannot be; use 24"
          + " bytes at least, and no more back than forth")
    }
  }

  func run() throws {
    let endpoint =
      unix.map { Endpoint.unix(path: $0) } ?? .tcp(host: "127.0.0.1", port: port)
    if let unix { unsafe unlink(unix) }
    let server = try EchoServer(
      endpoint, requestLength: requestBytes, replyLength: replyBytes, spins: io == .spin,
      processor: cpu)
    Terminal.print(unix == nil ? "\(try server.port())" : "ready")
    try server.run(until: STDIN_FILENO)
  }
}
