import ApusClient
import ApusWire
import NIOCore
import Testing

/// The client's state machine, by events and actions; a request is just a word here.
@Suite struct ClientConnectionTests {
  private typealias Connection = ClientConnection<String>

  private static let later = NIODeadline.uptimeNanoseconds(1000)

  private func frame(_ message: some Message, id: UInt64) -> Frame {
    var buffer = ByteBuffer()
    message.encode(into: &buffer, correlationID: id)
    var decoder = FrameDecoder(from: .server, features: .known)
    guard let frame = try? decoder.next(from: &buffer) else { preconditionFailure("not a frame") }
    return frame
  }

  private func helloOK(_ credit: Credit) -> Frame {
    frame(
      HelloOK(
        environment: 0,
        bodyLength: 4096,
        rowsPerRequest: 10,
        credit: credit,
        defaultBudgetMicroseconds: 0,
        maximumBudgetMicroseconds: 0,
        serverName: "s",
        serverVersion: "1"
      ),
      id: 1
    )
  }

  private func ready(
    _ credit: Credit = Credit(requests: 2, rows: 10, bytes: 1000)
  ) -> Connection {
    var connection = Connection()
    _ = connection.received(helloOK(credit))
    return connection
  }

  private func submit(
    _ connection: inout Connection,
    _ id: UInt64,
    rows: Int = 1,
    bytes: Int = 100,
    deadline: NIODeadline = later
  ) {
    connection.submit(
      "request \(id)",
      id: id,
      charge: Credit(requests: 1, rows: rows, bytes: bytes),
      deadline: deadline
    )
  }

  private func sent(_ connection: inout Connection) -> [UInt64] {
    var ids: [UInt64] = []
    while let next = connection.nextToSend() { ids.append(next.id) }
    return ids
  }

  private func answered(_ action: Connection.Action) -> String? {
    if case .answer(let request, _) = action { request } else { nil }
  }

  private func failed(_ action: Connection.Action) -> (requests: Set<String>, ClientError.Code)? {
    if case .fail(let requests, let error) = action { (Set(requests), error.code) } else { nil }
  }

  @Test func nothingIsSentBeforeHelloOK() {
    var connection = Connection()
    submit(&connection, 2)
    #expect(sent(&connection).isEmpty)
    guard
      case .ready(let limits) = connection.received(
        helloOK(Credit(requests: 1, rows: 1, bytes: 100))
      )
    else { return #expect(Bool(false)) }
    #expect(limits.bodyLength == 4096)
    #expect(sent(&connection) == [2])
  }

  @Test func creditHoldsRequestsBackInOrder() {
    var connection = ready()
    for id in 2..<6 { submit(&connection, UInt64(id)) }
    #expect(sent(&connection) == [2, 3])
    #expect(answered(connection.received(frame(Pong(number: 0), id: 3))) == "request 3")
    #expect(sent(&connection) == [4])
    #expect(answered(connection.received(frame(WireError.internal, id: 2))) == "request 2")
    #expect(sent(&connection) == [5])
    #expect(!connection.isIdle)
  }

  @Test func rowsAndBytesAreCreditToo() {
    var connection = ready(Credit(requests: 10, rows: 10, bytes: 1000))
    submit(&connection, 2, rows: 6)
    submit(&connection, 3, rows: 6)
    #expect(sent(&connection) == [2])
    _ = connection.received(frame(Pong(number: 0), id: 2))
    #expect(sent(&connection) == [3])

    connection = ready(Credit(requests: 10, rows: 10, bytes: 1000))
    submit(&connection, 2, bytes: 600)
    submit(&connection, 3, bytes: 600)
    #expect(sent(&connection) == [2])
  }

  @Test func requestsThatCanNeverBeSentDoNotBlockOthers() {
    var connection = ready()
    submit(&connection, 2, rows: 11)
    submit(&connection, 3, bytes: 5000)
    submit(&connection, 4)
    let verdicts = (0..<3).map { _ in connection.nextToSend()?.verdict }
    #expect(verdicts == [.tooLarge, .tooLarge, .send])
  }

  @Test func anAbandonedRequestKeepsItsCreditUntilItsReply() {
    var connection = ready()
    for id in 2..<5 { submit(&connection, UInt64(id)) }
    _ = sent(&connection)
    #expect(connection.abandon(2) == "request 2")
    #expect(connection.abandon(2) == nil)
    #expect(sent(&connection).isEmpty)
    #expect(answered(connection.received(frame(Pong(number: 0), id: 2))) == nil)
    #expect(sent(&connection) == [4])
  }

  @Test func anAbandonedRequestIsNotSent() {
    var connection = Connection()
    submit(&connection, 2)
    submit(&connection, 3)
    #expect(connection.abandon(2) == "request 2")
    _ = connection.received(helloOK(Credit(requests: 9, rows: 9, bytes: 999)))
    #expect(sent(&connection) == [3])
  }

  @Test func lateRequestsExpireWhereverTheyAre() {
    var connection = ready(Credit(requests: 1, rows: 10, bytes: 1000))
    submit(&connection, 2, deadline: .uptimeNanoseconds(10))
    submit(&connection, 3, deadline: .uptimeNanoseconds(20))
    submit(&connection, 4, deadline: .uptimeNanoseconds(30))
    #expect(sent(&connection) == [2])
    #expect(connection.earliestDeadline == .uptimeNanoseconds(10))
    #expect(connection.expire(at: .uptimeNanoseconds(9)) == [])
    #expect(Set(connection.expire(at: .uptimeNanoseconds(20))) == ["request 2", "request 3"])
    #expect(connection.earliestDeadline == .uptimeNanoseconds(30))
  }

  @Test func goAwayMovesWhatWasNotSent() {
    var connection = ready(Credit(requests: 1, rows: 10, bytes: 1000))
    submit(&connection, 2)
    submit(&connection, 3)
    _ = sent(&connection)
    let goAway = frame(GoAway(reason: .shutdown, milliseconds: 1), id: 0)
    guard case .leave(let moved) = connection.received(goAway) else {
      return #expect(Bool(false))
    }
    #expect(moved == ["request 3"])
    #expect(!connection.acceptsRequests)
    #expect(!connection.isIdle)
    #expect(answered(connection.received(frame(Pong(number: 0), id: 2))) == "request 2")
    #expect(connection.isIdle)
  }

  @Test func theEndFailsEverythingOnce() throws {
    var connection = ready(Credit(requests: 1, rows: 10, bytes: 1000))
    submit(&connection, 2)
    submit(&connection, 3)
    _ = sent(&connection)
    let end = try #require(failed(connection.received(frame(WireError.flow, id: 0))))
    #expect(end.requests == ["request 2", "request 3"])
    #expect(end.1 == .refused)
    #expect(connection.phase == .closed)
    #expect(failed(connection.received(frame(WireError.flow, id: 0))) == nil)
    #expect(answered(connection.received(frame(Pong(number: 0), id: 2))) == nil)
  }

  @Test func aReplyWithoutRequestEndsTheConnection() throws {
    var connection = ready()
    let end = try #require(failed(connection.received(frame(Pong(number: 0), id: 77))))
    #expect(end.1 == .protocolViolation)
  }

  @Test func aSecondHelloOKEndsTheConnection() throws {
    var connection = ready()
    let end = try #require(failed(connection.received(helloOK(Credit()))))
    #expect(end.1 == .protocolViolation)
  }

  // MARK: Authentication and what comes unasked

  private func guarded() -> Frame {
    var grant = HelloOK.generous(credit: Credit(requests: 2, rows: 10, bytes: 1000))
    grant.requiresAuthentication = true
    grant.challenge = Array(0..<32)
    return frame(grant, id: 1)
  }

  @Test func nothingIsSentBeforeAuthOK() throws {
    var connection = Connection(hasToken: true)
    submit(&connection, 2)
    guard case .authenticate(let grant) = connection.received(guarded()) else {
      return #expect(Bool(false))
    }
    #expect(grant.challenge == Array(0..<32))
    #expect(connection.acceptsRequests && !connection.isEstablished)
    #expect(sent(&connection).isEmpty)
    let answer = connection.received(frame(AuthenticationOK(scopes: .score), id: 3))
    guard case .ready = answer else { return #expect(Bool(false), "\(answer)") }
    #expect(sent(&connection) == [2])
  }

  @Test func refusedAuthenticationEndsTheConnection() throws {
    var connection = Connection(hasToken: true)
    submit(&connection, 2)
    _ = connection.received(guarded())
    let answer = connection.received(frame(WireError.authenticationFailed(), id: 3))
    let end = try #require(failed(answer))
    #expect(end.requests == ["request 2"] && end.1 == .refused)

    var stranger = Connection()
    #expect(try #require(failed(stranger.received(guarded()))).1 == .refused)
  }

  @Test func creditMayRiseAndFall() {
    var connection = ready(Credit(requests: 2, rows: 10, bytes: 1000))
    for id in 2..<7 { submit(&connection, UInt64(id)) }
    #expect(sent(&connection) == [2, 3])
    _ = connection.received(frame(Credit(requests: 1, rows: 10, bytes: 1000), id: 0))
    #expect(connection.limits?.credit.requests == 1)
    _ = connection.received(frame(Pong(number: 0), id: 2))
    #expect(sent(&connection).isEmpty)
    _ = connection.received(frame(Pong(number: 0), id: 3))
    #expect(sent(&connection) == [4])
    _ = connection.received(frame(Credit(requests: 3, rows: 10, bytes: 1000), id: 0))
    #expect(sent(&connection) == [5, 6])
  }

  @Test func aRequestWithoutItsFeatureIsNotSent() {
    var connection = Connection()
    _ = connection.received(frame(HelloOK.generous(features: [.rank]), id: 1))
    for (id, feature) in [(2, Features.extract), (3, .rank), (4, [])] as [(UInt64, Features)] {
      connection.submit(
        "request \(id)",
        id: id,
        charge: Credit(requests: 1),
        feature: feature,
        deadline: Self.later
      )
    }
    let verdicts = (0..<3).map { _ in connection.nextToSend()?.verdict }
    #expect(verdicts == [.unsupported, .send, .send])
  }

  @Test func probesAndNewsAreActions() {
    var connection = ready()
    guard case .sendProbeOK(let answer) = connection.received(frame(Probe(number: 8), id: 0)) else {
      return #expect(Bool(false))
    }
    #expect(answer.number == 8)
    let push = Push(
      kind: .modelChanged,
      route: ModelHandle(rawValue: 1),
      artifact: ModelHandle(rawValue: 2),
      schemaHash: 3
    )
    guard case .notify(let news) = connection.received(frame(push, id: 0)) else {
      return #expect(Bool(false))
    }
    #expect(news == push)
  }
}
