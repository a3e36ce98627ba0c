import ApusServing
import ApusWire
import NIOCore
import Testing

/// The server's state machine, by events and actions; time is a number here.
@Suite struct ServerConnectionTests {
  private static let start = NIODeadline.uptimeNanoseconds(1_000_000_000)

  private let configuration: ServerConfiguration = {
    var configuration = ServerConfiguration()
    configuration.credit = Credit(requests: 2, rows: 4, bytes: 1000)
    configuration.rowsPerRequest = 3
    configuration.defaultBudget = .milliseconds(10)
    configuration.maximumBudget = .milliseconds(20)
    return configuration
  }()

  private func at(_ milliseconds: Int64) -> NIODeadline { Self.start + .milliseconds(milliseconds) }

  private func frame(_ message: some Message, id: UInt64) -> Frame {
    var buffer = ByteBuffer()
    message.encode(into: &buffer, correlationID: id)
    return frame(buffer)
  }

  private func frame(_ buffer: ByteBuffer) -> Frame {
    var buffer = buffer
    var decoder = FrameDecoder(from: .client, features: .known)
    guard let frame = try? decoder.next(from: &buffer) else { preconditionFailure("not a frame") }
    return frame
  }

  private func score(id: UInt64, rowCount: Int = 1, budgetMicroseconds: UInt32 = 0) -> Frame {
    var buffer = ByteBuffer()
    let rows = [Float](repeating: 1, count: rowCount)
    ScoreRequest.encode(
      floatRows: rows.span,
      rowCount: rowCount,
      model: ModelHandle(rawValue: 1),
      schemaHash: 2,
      correlationID: id,
      budgetMicroseconds: budgetMicroseconds,
      into: &buffer
    )
    return frame(buffer)
  }

  private func fresh() -> ServerConnection {
    ServerConnection(configuration: configuration, openedAt: Self.start)
  }

  private func ready() -> ServerConnection {
    var connection = fresh()
    _ = connection.received(frame(Hello(clientName: "a", clientVersion: "1"), id: 1), at: at(1))
    return connection
  }

  private func abortCode(_ action: ServerConnection.Action) -> WireError.Code? {
    if case .abort(let error) = action { error.code } else { nil }
  }

  @Test func helloGrantsTheLowerOfWishAndLimit() {
    var connection = fresh()
    var hello = Hello(clientName: "a", clientVersion: "1", wantedRequestCredit: 1)
    hello.wantedBodyLength = .max
    hello.wantedRowsPerRequest = 2
    let action = connection.received(frame(hello, id: 9), at: at(1))
    guard case .sendHelloOK(let granted, correlationID: 9) = action else {
      return #expect(Bool(false), "\(action)")
    }
    #expect(granted.credit == Credit(requests: 1, rows: 4, bytes: 1000))
    #expect(granted.bodyLength == 4 << 20)
    #expect(granted.rowsPerRequest == 2)
    #expect(granted.defaultBudgetMicroseconds == 10_000)
    #expect(connection.phase == .ready)
    #expect(connection.bodyLength == 4 << 20)
    #expect(connection.nextDeadline == nil)
  }

  @Test func helloIsDueInTime() {
    var connection = fresh()
    #expect(connection.nextDeadline == at(2000))
    #expect(connection.tick(at: at(1999)) == .none)
    #expect(abortCode(connection.tick(at: at(2000))) == .timeout)
    #expect(connection.phase == .lingering)
    #expect(connection.flushed(at: at(2000)) == .none)
    #expect(connection.nextDeadline == at(3000))
    #expect(connection.tick(at: at(3000)) == .closeNow)
    #expect(connection.phase == .closed)
  }

  @Test func somethingElseThanHelloFirst() {
    var connection = fresh()
    #expect(
      abortCode(connection.received(frame(Ping(number: 1), id: 1), at: at(1)))
        == .protocolViolation
    )
    #expect(connection.received(frame(Ping(number: 1), id: 2), at: at(1)) == .none)
  }

  @Test func immediateRequests() {
    var connection = ready()
    #expect(
      connection.received(frame(Ping(number: 7), id: 2), at: at(2))
        == .sendPong(Pong(number: 7), correlationID: 2)
    )
    #expect(
      connection.received(frame(ModelListRequest(), id: 2), at: at(2))
        == .sendModelList(correlationID: 2)
    )
    #expect(
      connection.received(frame(ModelInfoRequest(name: "m"), id: 2), at: at(2))
        == .sendModelInfo(name: "m", version: "", correlationID: 2)
    )
    #expect(connection.inFlightCount == 0)
  }

  @Test func budgetCountsFromTheArrivalAndIsCut() {
    for (budget, milliseconds) in [(0, 10), (5000, 5), (50_000, 20)] as [(UInt32, Int64)] {
      var connection = ready()
      #expect(
        connection.received(score(id: 2, budgetMicroseconds: budget), at: at(100))
          == .score(correlationID: 2, deadline: at(100 + milliseconds))
      )
    }
  }

  @Test func exactlyOneReply() {
    var connection = ready()
    _ = connection.received(score(id: 2), at: at(2))
    #expect(connection.inFlightCount == 1)
    #expect(connection.finish(2, at: at(3)) == true)
    #expect(connection.finish(2, at: at(3)) == false)
    #expect(connection.finish(3, at: at(3)) == false)
    // The id is free again.
    #expect(
      connection.received(score(id: 2), at: at(4)) == .score(correlationID: 2, deadline: at(14))
    )
  }

  @Test func duplicateIDsEndTheConnectionAndSilenceWhatIsInFlight() {
    var connection = ready()
    _ = connection.received(score(id: 2), at: at(2))
    #expect(
      abortCode(connection.received(frame(Ping(number: 1), id: 2), at: at(3)))
        == .protocolViolation
    )
    #expect(connection.finish(2, at: at(4)) == false)
  }

  @Test func errorsThatWouldBeASecondReplyEndTheConnection() {
    func damaged(_ type: FrameType, id: UInt64) -> Frame {
      var buffer = ByteBuffer()
      buffer.writeFrame(type, correlationID: id) { body in body.writeInteger(UInt64.max) }
      return frame(buffer)
    }
    var connection = ready()
    _ = connection.received(score(id: 2), at: at(1))
    let cancel = connection.received(damaged(.cancel, id: 2), at: at(1))
    #expect(abortCode(cancel) == .protocolViolation)

    connection = ready()
    let probe = connection.received(damaged(.probeOK, id: 0), at: at(1))
    #expect(abortCode(probe) == .protocolViolation)

    connection = ready()
    let failure = FrameFailure(.bodyChecksum, .answer(correlationID: 0))
    #expect(abortCode(connection.rejected(failure, at: at(1))) == failure.error.code)
  }

  @Test func anAuthThatCannotBeReadIsNotInFlight() {
    var connection = ServerConnection(
      configuration: ServerConfiguration(), challenge: [UInt8](repeating: 1, count: 32),
      openedAt: at(0))
    _ = connection.received(frame(Hello(clientName: "a", clientVersion: "1"), id: 1), at: at(1))
    var buffer = ByteBuffer()
    buffer.writeFrame(.auth, correlationID: 2) { body in body.writeInteger(UInt64.max) }
    guard case .sendError(_, 2) = connection.received(frame(buffer), at: at(1)) else {
      Issue.record("it was not refused")
      return
    }
    #expect(connection.inFlightCount == 0)
  }

  @Test func creditOfRequestsRowsAndBytes() {
    var connection = ready()
    #expect(connection.received(score(id: 2), at: at(2)) != .none)
    #expect(connection.received(score(id: 3), at: at(2)) != .none)
    #expect(connection.finish(2, at: at(3)) == true)
    #expect(
      connection.received(score(id: 4), at: at(3)) == .score(correlationID: 4, deadline: at(13))
    )
    #expect(abortCode(connection.received(frame(Ping(number: 1), id: 5), at: at(4))) == .flow)

    connection = ready()
    _ = connection.received(score(id: 2, rowCount: 3), at: at(2))
    #expect(abortCode(connection.received(score(id: 3, rowCount: 2), at: at(2))) == .flow)

    var small = configuration
    small.credit.bytes = 100
    connection = ServerConnection(configuration: small, openedAt: Self.start)
    _ = connection.received(frame(Hello(clientName: "a", clientVersion: "1"), id: 1), at: at(1))
    #expect(
      connection.received(score(id: 2), at: at(2)) == .score(correlationID: 2, deadline: at(12))
    )
    #expect(abortCode(connection.received(score(id: 3), at: at(2))) == .flow)
  }

  @Test func tooManyRowsCostOnlyTheRequest() {
    var connection = ready()
    #expect(
      connection.received(score(id: 2, rowCount: 4), at: at(2))
        == .sendError(.tooLarge("a request has too many rows", limit: 3), correlationID: 2)
    )
    #expect(connection.inFlightCount == 0)
    #expect(connection.phase == .ready)
  }

  @Test func frameFailures() {
    let answer = FrameFailure(.bodyChecksum, .answer(correlationID: 5))
    var connection = ready()
    #expect(connection.rejected(answer, at: at(2)) == .sendError(.bodyChecksum, correlationID: 5))
    _ = connection.received(score(id: 5), at: at(2))
    #expect(abortCode(connection.rejected(answer, at: at(2))) == .checksum)

    connection = fresh()
    #expect(abortCode(connection.rejected(answer, at: at(2))) == .checksum)
    connection = ready()
    #expect(
      abortCode(connection.rejected(FrameFailure(.version, .close), at: at(2))) == .version
    )
    connection = ready()
    #expect(
      connection.rejected(FrameFailure(.version, .closeSilently), at: at(2)) == .closeNow
    )
    #expect(connection.phase == .closed)
  }

  @Test func partialFramesAreDueInTimeButIdleConnectionsAreNot() {
    var connection = ready()
    connection.inputConsumed(.incompleteFrame, tookFrame: false, at: at(100))
    #expect(connection.nextDeadline == at(10_100))
    // More bytes of the same frame do not help; a frame that came whole does.
    connection.inputConsumed(.incompleteFrame, tookFrame: false, at: at(5000))
    #expect(connection.nextDeadline == at(10_100))
    connection.inputConsumed(.incompleteFrame, tookFrame: true, at: at(6000))
    #expect(connection.nextDeadline == at(16_000))
    #expect(abortCode(connection.tick(at: at(16_000))) == .timeout)

    connection = ready()
    connection.inputConsumed(.incompleteFrame, tookFrame: false, at: at(100))
    connection.inputConsumed(.none, tookFrame: true, at: at(200))
    #expect(connection.nextDeadline == nil)
    #expect(connection.tick(at: at(1_000_000)) == .none)
  }

  @Test func repliesAreReadInTime() {
    var connection = ready()
    connection.inputConsumed(.incompleteFrame, tookFrame: false, at: at(50))
    connection.writabilityChanged(isWritable: false, at: at(100))
    #expect(connection.nextDeadline == at(10_100))
    connection.writabilityChanged(isWritable: true, at: at(200))
    #expect(connection.nextDeadline == nil)
    connection.writabilityChanged(isWritable: false, at: at(300))
    #expect(connection.tick(at: at(10_300)) == .closeNow)
  }

  @Test func halfClose() {
    var connection = ready()
    _ = connection.received(score(id: 2), at: at(2))
    #expect(connection.inputClosed(at: at(3)) == .none)
    #expect(connection.afterTurn(at: at(3)) == .none)
    #expect(connection.finish(2, at: at(3)) == true)
    #expect(connection.afterTurn(at: at(3)) == .close)
    #expect(connection.nextDeadline == at(10_003))
    #expect(connection.afterTurn(at: at(3)) == .none)
    #expect(connection.flushed(at: at(3)) == .closeNow)

    connection = ready()
    #expect(connection.inputClosed(at: at(3)) == .close)
    connection = fresh()
    #expect(connection.inputClosed(at: at(3)) == .closeNow)
  }

  @Test func halfCloseWaitsForFramesThatAreHeldBack() {
    var connection = ready()
    connection.writabilityChanged(isWritable: false, at: at(2))
    connection.inputConsumed(.heldBack, tookFrame: true, at: at(2))
    #expect(connection.inputClosed(at: at(3)) == .none)
    #expect(connection.afterTurn(at: at(3)) == .none)
    connection.writabilityChanged(isWritable: true, at: at(4))
    // The beginning of a frame will never become a whole one.
    connection.inputConsumed(.incompleteFrame, tookFrame: true, at: at(4))
    #expect(connection.afterTurn(at: at(4)) == .close)
  }

  @Test func lastRepliesKeepTheirWriteDeadline() {
    var connection = ready()
    connection.writabilityChanged(isWritable: false, at: at(100))
    #expect(connection.inputClosed(at: at(5000)) == .close)
    // Less than the limit is left, but the end is not flushed.
    connection.writabilityChanged(isWritable: true, at: at(6000))
    #expect(connection.nextDeadline == at(10_100))
    #expect(connection.tick(at: at(10_099)) == .none)
    #expect(connection.tick(at: at(10_100)) == .closeNow)

    // A peer that closes meanwhile still gets the end.
    connection = ready()
    #expect(abortCode(connection.abort(.flow, at: at(100))) == .flow)
    #expect(connection.inputClosed(at: at(200)) == .none)
    #expect(connection.nextDeadline == at(10_100))
    #expect(connection.flushed(at: at(9000)) == .closeNow)
    #expect(connection.flushed(at: at(9001)) == .none)

    connection = ready()
    #expect(abortCode(connection.abort(.flow, at: at(100))) == .flow)
    #expect(connection.flushed(at: at(300)) == .none)
    #expect(connection.nextDeadline == at(1300))
    #expect(connection.inputClosed(at: at(400)) == .closeNow)
  }

  @Test func drain() {
    var connection = ready()
    _ = connection.received(score(id: 2), at: at(2))
    #expect(
      connection.drain(at: at(10))
        == .sendGoAway(GoAway(reason: .shutdown, milliseconds: 5000))
    )
    #expect(connection.drain(at: at(11)) == .none)
    #expect(connection.nextDeadline == at(5010))
    #expect(
      connection.received(score(id: 3), at: at(12)) == .sendError(.draining, correlationID: 3)
    )
    #expect(connection.finish(2, at: at(20)) == true)
    #expect(connection.nextDeadline == at(270))
    // A late request gets its answer, and the quiet time begins anew.
    _ = connection.received(score(id: 4), at: at(200))
    #expect(connection.nextDeadline == at(450))
    #expect(connection.tick(at: at(450)) == .close)
    // A peer that does not read its last bytes cannot hold the server up.
    #expect(connection.nextDeadline == at(6010))
    #expect(connection.flushed(at: at(451)) == .none)
    #expect(connection.nextDeadline == at(1451))
    #expect(connection.tick(at: at(1451)) == .closeNow)

    connection = ready()
    _ = connection.received(score(id: 2), at: at(2))
    _ = connection.drain(at: at(10))
    #expect(connection.tick(at: at(5010)) == .close)
    #expect(connection.nextDeadline == at(6010))
    #expect(connection.finish(2, at: at(5011)) == false)

    // With nothing in flight the quiet time begins at once.
    connection = ready()
    _ = connection.drain(at: at(10))
    #expect(connection.nextDeadline == at(260))

    connection = fresh()
    #expect(connection.drain(at: at(1)) == .abort(.draining))
  }

  @Test func closedMeansSilent() {
    var connection = ready()
    _ = connection.received(score(id: 2), at: at(2))
    connection.closed()
    #expect(connection.finish(2, at: at(3)) == false)
    #expect(connection.nextDeadline == nil)
    #expect(connection.received(score(id: 3), at: at(3)) == .none)
    #expect(connection.drain(at: at(3)) == .none)
    #expect(connection.tick(at: at(100_000)) == .none)
  }

  @Test func randomEventsNeverLoseOrRepeatAReply() {
    for seed in UInt64(0)..<200 {
      var random = SeededGenerator(seed: seed)
      var connection = ready()
      var open: Set<UInt64> = []
      for step in 0..<200 {
        let now = at(Int64(step))
        let id = UInt64.random(in: 2...5, using: &random)
        if Int.random(in: 0..<2, using: &random) == 0, connection.acceptsFrames {
          switch connection.received(score(id: id), at: now) {
          case .score:
            #expect(open.insert(id).inserted, "seed \(seed), step \(step)")
          case .abort:
            #expect(open.contains(id) || open.count == 2, "seed \(seed), step \(step)")
            open = []
          default: Issue.record("seed \(seed), step \(step): neither scored nor refused")
          }
        } else {
          let mayReply = connection.finish(id, at: now)
          #expect(mayReply == (open.remove(id) != nil), "seed \(seed), step \(step)")
        }
        #expect(connection.inFlightCount == open.count, "seed \(seed), step \(step)")
        if !connection.acceptsFrames { connection = ready() }
      }
    }
  }
}

/// A small generator of reproducible random numbers (SplitMix64).
struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var word = state
    word = (word ^ (word >> 30)) &* 0xBF58_476D_1CE4_E5B9
    word = (word ^ (word >> 27)) &* 0x94D0_49BB_1331_11EB
    return word ^ (word >> 31)
  }
}
