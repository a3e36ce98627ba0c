package import ApusWire
package import NIOCore

/// The state of one connection, as the server sees it: events in, actions out, no I/O.
///
/// ```
///            HELLO ok                AUTH ok           drain
///  awaiting ----------> awaiting AUTH --------> ready --------> draining
///   HELLO     '----- nobody authenticates -----^  |                |
///     '------- error -------------------+- error -+---- error -----+--> lingering --> closed
/// ```
///
/// Each request gets exactly one terminal reply: the machine remembers what is in flight, and
/// ``finish(_:)`` says of each completion whether its reply may still be sent.
package struct ServerConnection: ~Copyable {
  /// Where in its life a connection is.
  package enum Phase: Equatable {
    /// Nothing but HELLO is welcome.
    case awaitingHello
    /// Nothing but AUTH and signs of life is welcome.
    case awaitingAuthentication
    /// Requests are answered.
    case ready
    /// The server shuts down: what is in flight is finished, new requests are refused.
    case draining
    /// The last bytes are on their way; input is thrown away until the peer closes.
    case lingering
    /// Over.
    case closed
  }

  /// What is left of the input after a turn.
  package enum InputRest: Equatable {
    /// Nothing.
    case none
    /// The beginning of a frame.
    case incompleteFrame
    /// Bytes that were not looked at, because the replies pile up; they may hold whole frames.
    case heldBack
  }

  /// A request for rows that was accepted.
  package struct AcceptedRequest: ~Copyable {
    /// What is asked for.
    let form: ScoringTask.Form
    /// The rows.
    let rows: RequestRows
    /// What is asked for beside the answer.
    let flags: FrameFlags
  }

  /// The probes that may stay unanswered.
  private static let probeLimit = 3

  private let configuration: ServerConfiguration
  private let role: ListenerRole
  private let challenge: [UInt8]?
  /// Where in its life the connection is.
  package private(set) var phase = Phase.awaitingHello
  /// The body length in force.
  package private(set) var bodyLength = WireLimits.handshakeBodyLength
  /// The request of the last `score` action, which is too big to be part of it.
  private var acceptedRequest: AcceptedRequest?
  /// The features that were agreed on.
  package private(set) var features: Features = []

  private var scopes: Scopes
  private var rowsPerRequest = 0
  private var credit = CreditControl()
  private var used = Credit()
  private var inFlight = InFlightTable()
  private var isInputClosed = false
  private var isInputHeldBack = false
  private var deadlines = Deadlines()
  private var unansweredProbes = 0

  /// Creates the machine of a connection that was just opened.
  ///
  /// - Parameters:
  ///   - configuration: The limits and times of the server.
  ///   - role: What may be asked for.
  ///   - challenge: Random bytes, 32 of them, if the client must authenticate.
  ///   - now: The time.
  package init(
    configuration: ServerConfiguration, role: ListenerRole = .serving, challenge: [UInt8]? = nil,
    openedAt now: NIODeadline
  ) {
    self.configuration = configuration
    self.role = role
    self.challenge = challenge
    scopes = challenge == nil ? [.score, .decide, .admin, .train] : []
    deadlines.hello = now + configuration.helloTimeout
  }

  /// Whether frames are still of interest.
  package var acceptsFrames: Bool { phase != .lingering && phase != .closed }

  /// The count of requests in flight.
  package var inFlightCount: Int { inFlight.count }

  /// When ``tick(at:)`` is to be called, if nothing happens before.
  package var nextDeadline: NIODeadline? { deadlines.earliest }

  // MARK: Frames

  /// A frame came in whole.
  package mutating func received(_ frame: Frame, at now: NIODeadline) -> Action {
    heard(at: now)
    switch phase {
    case .awaitingHello: return receivedHello(frame, at: now)
    case .awaitingAuthentication, .ready, .draining: break
    case .lingering, .closed: return .none
    }
    let id = frame.header.correlationID
    do throws(WireError) {
      switch frame.header.type {
      case .probeOK:
        _ = try ProbeOK(decoding: frame.body)
        return .none
      case .cancel:
        _ = try Cancel(decoding: frame.body)
        return inFlight.contains(id) ? .cancel(correlationID: id) : .none
      case .hello: return abort(.protocolViolation("HELLO came twice"), at: now)
      default: break
      }
      guard !inFlight.contains(id) else {
        return abort(.protocolViolation("a correlation id is already in flight"), at: now)
      }
      guard phase != .draining else {
        deadlines.quiet = inFlight.isEmpty ? now + configuration.drainQuietTime : nil
        throw .draining
      }
      let frameLength = WireLimits.headerLength + Int(frame.header.bodyLength)
      let charge = Credit(requests: 1, bytes: frameLength)
      guard (used + charge).fits(in: credit.full) else { throw .flow }
      return try receivedRequest(frame, charge: charge, at: now)
    } catch {
      // What a peer does beyond its credit cannot be told from a peer gone wrong; and an error that
      // is no request's reply, or would be its second one, is the connection's.
      return error == .flow || isNoReply(id)
        ? abort(error, at: now) : .sendError(error, correlationID: id)
    }
  }

  /// Whether an error with this number would not be the one reply of a request.
  private func isNoReply(_ id: UInt64) -> Bool { id == 0 || inFlight.contains(id) }

  /// A frame could not be decoded.
  package mutating func rejected(_ failure: FrameFailure, at now: NIODeadline) -> Action {
    guard acceptsFrames else { return .none }
    switch failure.consequence {
    case .answer(let id) where phase != .awaitingHello && !isNoReply(id):
      return .sendError(failure.error, correlationID: id)
    case .answer, .close:
      return abort(failure.error, at: now)
    case .closeSilently:
      phase = .closed
      return .closeNow
    }
  }

  private mutating func receivedHello(_ frame: Frame, at now: NIODeadline) -> Action {
    guard frame.header.type == .hello else {
      return abort(.protocolViolation("the first frame must be HELLO"), at: now)
    }
    let hello: Hello
    do throws(WireError) {
      hello = try Hello(decoding: frame.body)
    } catch {
      return abort(error, at: now)
    }
    guard hello.lowestVersion <= FrameHeader.version, hello.highestVersion >= FrameHeader.version
    else { return abort(.version, at: now) }
    guard
      hello.environment == 0 || configuration.environment == 0
        || hello.environment == configuration.environment
    else { return abort(.environment, at: now) }

    var granted = configuration.grant(hello)
    if let challenge {
      granted.requiresAuthentication = true
      granted.challenge = challenge
    }
    phase = challenge == nil ? .ready : .awaitingAuthentication
    features = granted.features
    bodyLength = Int(granted.bodyLength)
    rowsPerRequest = Int(granted.rowsPerRequest)
    credit = CreditControl(
      full: granted.credit, rowsPerRequest: rowsPerRequest, bodyLength: bodyLength)
    deadlines.hello = challenge == nil ? nil : now + configuration.helloTimeout
    heard(at: now)
    return .sendHelloOK(granted, correlationID: frame.header.correlationID)
  }

  private mutating func receivedRequest(
    _ frame: Frame,
    charge: Credit,
    at now: NIODeadline
  ) throws(WireError) -> Action {
    let id = frame.header.correlationID
    let type = frame.header.type
    if type == .ping {
      return .sendPong(Pong(number: try Ping(decoding: frame.body).number), correlationID: id)
    }
    guard phase != .awaitingAuthentication else {
      guard type == .auth, let challenge else { throw .authenticationRequired }
      let proof = try Authentication(decoding: frame.body)
      inFlight.insert(id, charge: charge)
      used = used + charge
      return .authenticate(proof, challenge: challenge, correlationID: id)
    }
    guard type.requiredScopes.isSubset(of: scopes) else { throw .forbidden }
    switch type {
    case .modelList:
      _ = try ModelListRequest(decoding: frame.body)
      return .sendModelList(correlationID: id)
    case .modelInfo:
      let request = try ModelInfoRequest(decoding: frame.body)
      return .sendModelInfo(name: request.name, version: request.version, correlationID: id)
    case .stats:
      _ = try StatisticsRequest(decoding: frame.body)
      return .sendStatistics(correlationID: id)
    case .score:
      let request = try ScoreRequest(decoding: frame.body)
      return try accept(frame.header, RequestRows(request), form: .score, charge: charge, at: now)
    case .extract:
      let request = try ScoreRequest(decoding: frame.body)
      return try accept(frame.header, RequestRows(request), form: .extract, charge: charge, at: now)
    case .rank:
      let request = try RankRequest(decoding: frame.body)
      let form = ScoringTask.Form.rank(top: request.top, output: request.outputIndex)
      return try accept(frame.header, RequestRows(request), form: form, charge: charge, at: now)
    default:
      guard let action = AdminRequest.Action(type) else {
        throw .protocolViolation("a frame of this type has no meaning now")
      }
      guard role == .administration else { throw .forbidden }
      let request = try AdminRequest(decoding: frame.body, action: action)
      inFlight.insert(id, charge: charge)
      used = used + charge
      return .administer(request, correlationID: id)
    }
  }

  private mutating func accept(
    _ header: FrameHeader, _ rows: consuming RequestRows, form: ScoringTask.Form, charge: Credit,
    at now: NIODeadline
  ) throws(WireError) -> Action {
    guard rows.rowCount <= rowsPerRequest else {
      throw .tooLarge("a request has too many rows", limit: rowsPerRequest)
    }
    guard rows.routingKey == nil || features.contains(.routing) else {
      throw .protocolViolation("the routing key was not agreed on")
    }
    var charge = charge
    charge.rows = rows.rowCount
    guard (used + charge).fits(in: credit.full) else { throw .flow }
    used = used + charge
    inFlight.insert(header.correlationID, charge: charge)
    acceptedRequest = AcceptedRequest(form: form, rows: rows, flags: header.flags)
    return .score(
      correlationID: header.correlationID,
      deadline: now + budget(header.budgetMicroseconds))
  }

  private func budget(_ microseconds: UInt32) -> TimeAmount {
    microseconds == 0
      ? configuration.defaultBudget
      : min(.microseconds(Int64(microseconds)), configuration.maximumBudget)
  }

  // MARK: Completions

  /// Takes the request of the last `score` action out of the machine.
  package mutating func takeAcceptedRequest() -> AcceptedRequest {
    guard let request = acceptedRequest.take() else {
      preconditionFailure("there is no request to take")
    }
    return request
  }

  /// The code of AUTH was verified.
  ///
  /// - Returns: What is to be done if it was wrong; AUTH_OK is the caller's to send if not.
  package mutating func authenticated(
    _ result: Result<Scopes, WireError>, correlationID: UInt64, at now: NIODeadline
  ) -> Action {
    guard finish(correlationID, at: now), phase == .awaitingAuthentication else { return .none }
    switch result {
    case .success(let scopes):
      self.scopes = scopes
      phase = .ready
      deadlines.hello = nil
      return .none
    case .failure(let error): return .sendError(error, correlationID: correlationID)
    }
  }

  /// A request is done; its credit returns.
  ///
  /// - Returns: Whether its reply is to be sent. It is not if the connection is over.
  package mutating func finish(_ id: UInt64, at now: NIODeadline) -> Bool {
    guard let charge = inFlight.remove(id) else { return false }
    used = used - charge
    if phase == .draining, inFlight.isEmpty {
      deadlines.quiet = now + configuration.drainQuietTime
    }
    return true
  }

  /// The scoring threads have answered a request, which is finished.
  ///
  /// A client that goes on as before CREDIT is still within what HELLO_OK granted.
  ///
  /// - Parameter queueFill: The part of their queue's limits that is used, from 0 to 1.
  /// - Returns: The credit to announce, if it changes and the client wants to know.
  package mutating func creditAfterReply(queueFill: Double) -> Credit? {
    guard features.contains(.credit), phase == .ready else { return nil }
    return credit.replied(used: used, queueFill: queueFill)
  }

  /// What is to be done after the replies of this turn are queued.
  package mutating func afterTurn(at now: NIODeadline) -> Action {
    guard isInputClosed, !isInputHeldBack, acceptsFrames, inFlight.isEmpty else { return .none }
    linger(at: now)
    return .close
  }

  // MARK: Time and flow

  /// The input that is there was decoded, as far as the replies could be queued.
  ///
  /// - Parameters:
  ///   - rest: What is left of it.
  ///   - tookFrame: Whether at least one frame was taken.
  ///   - now: The time.
  package mutating func inputConsumed(_ rest: InputRest, tookFrame: Bool, at now: NIODeadline) {
    isInputHeldBack = rest == .heldBack
    guard rest == .incompleteFrame, acceptsFrames else {
      deadlines.frame = nil
      return
    }
    if deadlines.frame == nil || tookFrame { deadlines.frame = now + configuration.frameTimeout }
  }

  /// The queue of unsent replies crossed its limit.
  package mutating func writabilityChanged(isWritable: Bool, at now: NIODeadline) {
    // The last bytes have their deadline already, and a few of them do not cross the limit.
    guard acceptsFrames else { return }
    deadlines.write = isWritable ? nil : now + configuration.writeTimeout
    // A frame that the server itself does not read cannot be late.
    if !isWritable { deadlines.frame = nil }
  }

  /// The last bytes are sent: from now on the peer has the linger time to close.
  package mutating func flushed(at now: NIODeadline) -> Action {
    guard phase == .lingering else { return .none }
    guard !isInputClosed else {
      phase = .closed
      return .closeNow
    }
    deadlines.write = nil
    deadlines.linger = now + configuration.lingerTimeout
    return .none
  }

  /// The peer is alive.
  private mutating func heard(at now: NIODeadline) {
    unansweredProbes = 0
    guard let interval = configuration.keepaliveInterval, features.contains(.keepalive) else {
      return
    }
    deadlines.probe = now + interval
  }

  /// The peer has been silent for long: it is asked for a sign of life, at last it is given up.
  private mutating func probe(at now: NIODeadline) -> Action {
    guard unansweredProbes < Self.probeLimit, let interval = configuration.keepaliveInterval else {
      return abort(.timeout("no sign of life came in time"), at: now)
    }
    unansweredProbes += 1
    deadlines.probe = now + interval
    return .sendProbe(Probe(number: UInt64(unansweredProbes)))
  }

  /// The peer will not send any more.
  package mutating func inputClosed(at now: NIODeadline) -> Action {
    isInputClosed = true
    switch phase {
    case .lingering where deadlines.linger == nil:
      // The last bytes are still on their way.
      return .none
    case .lingering, .awaitingHello, .awaitingAuthentication:
      phase = .closed
      return .closeNow
    case .ready, .draining: return afterTurn(at: now)
    case .closed: return .none
    }
  }

  /// The server shuts down.
  package mutating func drain(at now: NIODeadline) -> Action {
    switch phase {
    case .awaitingHello, .awaitingAuthentication: return abort(.draining, at: now)
    case .ready:
      phase = .draining
      deadlines.drain = now + configuration.drainTimeout
      if inFlight.isEmpty { deadlines.quiet = now + configuration.drainQuietTime }
      let milliseconds = configuration.drainTimeout.nanoseconds / 1_000_000
      return .sendGoAway(GoAway(reason: .shutdown, milliseconds: UInt32(clamping: milliseconds)))
    case .draining, .lingering, .closed: return .none
    }
  }

  /// Time has passed.
  package mutating func tick(at now: NIODeadline) -> Action {
    guard phase != .closed else { return .none }
    if Deadlines.isOver(deadlines.linger, now) || Deadlines.isOver(deadlines.write, now) {
      closed()
      return .closeNow
    }
    if Deadlines.isOver(deadlines.drain, now) || Deadlines.isOver(deadlines.quiet, now) {
      linger(at: now)
      return .close
    }
    if Deadlines.isOver(deadlines.hello, now) {
      let name = phase == .awaitingHello ? "HELLO" : "AUTH"
      return abort(.timeout("\(name) did not come in time"), at: now)
    }
    if Deadlines.isOver(deadlines.probe, now) { return probe(at: now) }
    if Deadlines.isOver(deadlines.frame, now) {
      return abort(.timeout("the rest of a frame did not come in time"), at: now)
    }
    return .none
  }

  /// The connection is gone.
  package mutating func closed() {
    phase = .closed
    inFlight.removeAll()
    deadlines = Deadlines()
  }

  /// Refuses the connection, or gives it up.
  package mutating func abort(_ error: WireError, at now: NIODeadline) -> Action {
    linger(at: now)
    return .abort(error)
  }

  /// Takes no more frames, and bounds how long a peer can hold the last bytes up.
  ///
  /// Replies that are on their way keep the write deadline that they had; the end of a drain can
  /// only bring it forward.
  private mutating func linger(at now: NIODeadline) {
    phase = .lingering
    inFlight.removeAll()
    var write = deadlines.write ?? now + configuration.writeTimeout
    if let drain = deadlines.drain {
      write = min(write, max(drain, now) + configuration.lingerTimeout)
    }
    deadlines = Deadlines()
    deadlines.write = write
  }
}
