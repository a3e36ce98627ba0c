import ApusServing
import ApusWire
import NIOCore

/// Feeds the machine of a connection with frames, completions and time, as a script says.
///
/// Whatever comes, each request that was taken has one reply, and a connection that is over is
/// silent.
struct ConnectionTrial: ~Copyable {
  private var script: ByteBuffer
  private var connection: ServerConnection
  private var decoder = FrameDecoder(from: .client)
  /// What the machine must hold to be in flight.
  private var open: [UInt64] = []
  private var now = NIODeadline.uptimeNanoseconds(1_000_000_000_000)

  /// Creates a trial.
  ///
  /// - Parameter script: A byte for each decision; the first one says whether to authenticate.
  init(script: ByteBuffer) {
    self.script = script
    var configuration = ServerConfiguration()
    configuration.credit = Credit(requests: 4, rows: 100, bytes: 10_000)
    let isOpen = (script.getInteger(at: script.readerIndex) ?? UInt8(0)) & 1 == 0
    connection = ServerConnection(
      configuration: configuration, role: .administration,
      challenge: isOpen ? nil : [UInt8](repeating: 7, count: 32), openedAt: now)
  }

  mutating func run(_ stream: ByteBuffer) {
    var rest = stream
    while connection.acceptsFrames {
      do throws(FrameFailure) {
        guard let frame = try decoder.next(from: &rest) else { break }
        perform(connection.received(frame, at: now))
      } catch {
        perform(connection.rejected(error, at: now))
      }
      check()
      for _ in 0..<3 { happen(script.readInteger() ?? 0) }
    }
    perform(connection.inputClosed(at: now))
    while let id = open.first { finish(id) }
    perform(connection.afterTurn(at: now))
    check()
    connection.closed()
    precondition(
      connection.tick(at: now + .hours(1)) == .none, "\(connection.phase) is not silent")
  }

  /// Something that the script chooses.
  private mutating func happen(_ choice: UInt8) {
    switch choice % 16 {
    case 0...7: return
    case 8...11:
      if !open.isEmpty { finish(open[Int(choice / 16) % open.count]) }
    case 12: now = now + .milliseconds(Int64(choice) * 20)
    case 13: perform(connection.tick(at: now))
    case 14: connection.writabilityChanged(isWritable: choice & 16 == 0, at: now)
    default:
      if choice == 0xFF { perform(connection.drain(at: now)) }
    }
    check()
  }

  private mutating func finish(_ id: UInt64) {
    open.removeAll { $0 == id }
    precondition(connection.finish(id, at: now), "the reply to \(id) is not wanted")
    precondition(!connection.finish(id, at: now), "\(id) has a second reply")
  }

  private mutating func perform(_ action: ServerConnection.Action) {
    switch action {
    case .sendHelloOK(let message, _):
      decoder.maximumBodyLength = connection.bodyLength
      decoder.features = message.features
    case .score(let id, _):
      _ = connection.takeAcceptedRequest()
      take(id)
    case .administer(_, let id): take(id)
    case .authenticate(let proof, let challenge, let id):
      let result: Result<Scopes, WireError> =
        proof.code == challenge ? .success(.score) : .failure(.authenticationRequired)
      perform(connection.authenticated(result, correlationID: id, at: now))
    case .cancel(let id):
      precondition(open.contains(id), "\(id) is taken back and was not in flight, but \(open)")
    case .sendError(_, let id), .sendPong(_, let id), .sendModelList(let id),
      .sendModelInfo(_, _, let id), .sendStatistics(let id):
      precondition(!open.contains(id), "\(id) has a reply and is in flight among \(open)")
    case .abort, .close: open = []
    case .closeNow:
      connection.closed()
      open = []
    case .none, .sendProbe, .sendGoAway: break
    }
  }

  private mutating func take(_ id: UInt64) {
    precondition(!open.contains(id), "\(id) was taken twice; in flight are \(open)")
    open.append(id)
  }

  private func check() {
    precondition(
      connection.inFlightCount == open.count,
      "\(connection.inFlightCount) are in flight, and not \(open)")
  }
}
