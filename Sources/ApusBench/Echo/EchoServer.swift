internal import ApusSystem

/// The least that a server can do: it sends the first bytes of each message back.
///
/// One thread and one poller, like the generator; messages have one length, so nothing is parsed.
public struct EchoServer: ~Copyable {
  private let listener: Socket
  private let requestLength: Int
  private let replyLength: Int
  private let spins: Bool

  /// Listens.
  ///
  /// - Parameters:
  ///   - endpoint: Where; port 0 takes a free one.
  ///   - requestLength: The bytes of a message.
  ///   - replyLength: How many of them go back.
  ///   - spins: Whether it asks for messages again and again instead of sleeping.
  ///   - processor: The processor that the calling thread keeps to from now on.
  /// - Throws: ``BenchError``.
  public init(
    _ endpoint: Endpoint, requestLength: Int, replyLength: Int, spins: Bool = false,
    processor: Int? = nil
  ) throws(BenchError) {
    try Processor.pin(processor)
    listener = try Socket.listening(on: endpoint)
    self.requestLength = requestLength
    self.replyLength = replyLength
    self.spins = spins
  }

  /// The port that it listens on.
  ///
  /// - Throws: ``BenchError`` with code `system`.
  public borrowing func port() throws(BenchError) -> Int { try listener.port() }

  /// Serves until the process ends, or until a descriptor can be read.
  ///
  /// - Parameter stop: A descriptor, for example the end of a pipe whose other end will be closed.
  /// - Throws: ``BenchError`` with code `system`.
  public consuming func run(until stop: Int32) throws(BenchError) {
    var poller = try Poller.make()
    try listener.disableBlocking()
    try poller.watch(listener.number, token: 0)
    try poller.watch(stop, token: 1)
    var peers: [EchoPeer?] = [nil, nil]
    while true {
      let count = poller.wait(nanoseconds: spins ? 0 : 1_000_000_000)
      for index in 0..<count {
        let token = Int(poller.event(index).token)
        switch token {
        case 0:
          let socket = try listener.accepted()
          try socket.disableBlocking()
          try poller.watch(socket.number, token: peers.count)
          peers.append(EchoPeer(socket))
        case 1: return
        default:
          if peers[token]?.serve(requestLength, replyLength) == false { peers[token] = nil }
        }
      }
    }
  }
}

/// One connection of an echo server.
private final class EchoPeer {
  private let socket: Socket
  private var input = StreamBuffer(capacity: 1 << 17)
  private var output = StreamBuffer(capacity: 1 << 17)

  init(_ socket: consuming Socket) { self.socket = socket }

  /// Answers what is there; returns `false` at the end of the connection.
  func serve(_ requestLength: Int, _ replyLength: Int) -> Bool {
    switch input.receive(from: socket, room: 1 << 16) {
    case .blocked: return true
    case .closed: return false
    case .moved:
      while input.count >= requestLength {
        output.append(input.bytes.extracting(0..<replyLength))
        input.consume(requestLength)
      }
      while output.count > 0 {
        switch output.send(to: socket) {
        // A peer that does not read is waited for: this is a floor, not a server for strangers.
        case .moved, .blocked: continue
        case .closed: return false
        }
      }
      return true
    }
  }
}
