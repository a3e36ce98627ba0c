package import ApusWire
package import NIOCore

/// The state of one connection, as the server sees it: events in, actions out, no I/O.
///
/// ```
///            HELLO ok           drain
///  awaiting ----------> ready --------> draining
///   HELLO                 |                |
///     '------- error -----+---- error -----+--> lingering --> closed
/// ```
///
/// Each request gets exactly one terminal reply: the machine remembers what is in flight, and
/// ``finish(_:)`` says of each completion whether its reply may still be sent.
package struct ServerConnection {
  /// What the handler does after an event.
  package enum Action: Equatable {
    /// Nothing.
    case none
    /// Sends HELLO_OK and widens the decoder to the granted body length.
    case sendHelloOK(HelloOK, correlationID: UInt64)
    /// Sends PONG.
    case sendPong(Pong, correlationID: UInt64)
    /// Sends MODEL_LIST_OK.
    case sendModelList(correlationID: UInt64)
    /// Sends MODEL_INFO_OK.
    case sendModelInfo(name: String, correlationID: UInt64)
    /// Scores the request in the frame, unless the deadline has passed, then calls `finish`.
    case score(correlationID: UInt64, deadline: NIODeadline)
    /// Sends ERROR as the reply of one request.
    case sendError(WireError, correlationID: UInt64)
    /// Sends GOAWAY.
    case sendGoAway(GoAway)
    /// Sends ERROR with correlation id 0, calls `flushed`, shuts sending down, discards what comes.
    case abort(WireError)
    /// Sends what is queued, calls `flushed`, then closes; `tick` bounds how long that takes.
    case close
    /// Closes at once.
    case closeNow
  }

  /// Where in its life a connection is.
  package enum Phase: Equatable {
    /// Nothing but HELLO is welcome.
    case awaitingHello
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

  private let configuration: ServerConfiguration
  /// Where in its life the connection is.
  package private(set) var phase = Phase.awaitingHello
  /// The body length in force.
  package private(set) var bodyLength = WireLimits.handshakeBodyLength
  /// The request of the last `score` action, which is too big to be part of it.
  private var acceptedRequest: ScoreRequest?

  private var rowsPerRequest = 0
  private var credit = Credit()
  private var used = Credit()
  private var inFlight: [UInt64: Credit] = [:]
  private var isInputClosed = false
  private var isInputHeldBack = false
  private var deadlines = Deadlines()

  /// Creates the machine of a connection that was just opened.
  ///
  /// - Parameters:
  ///   - configuration: The limits and times of the server.
  ///   - now: The time.
  package init(configuration: ServerConfiguration, openedAt now: NIODeadline) {
    self.configuration = configuration
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
    switch phase {
    case .awaitingHello: return receivedHello(frame, at: now)
    case .ready, .draining: break
    case .lingering, .closed: return .none
    }
    let id = frame.header.correlationID
    guard inFlight[id] == nil else {
      return abort(.protocolViolation("a correlation id is already in flight"), at: now)
    }
    guard frame.header.type != .hello else {
      return abort(.protocolViolation("HELLO came twice"), at: now)
    }
    guard phase != .draining else {
      deadlines.quiet = inFlight.isEmpty ? now + configuration.drainQuietTime : nil
      return .sendError(.draining, correlationID: id)
    }
    let frameLength = WireLimits.headerLength + Int(frame.header.bodyLength)
    let charge = Credit(requests: 1, bytes: frameLength)
    guard (used + charge).fits(in: credit) else { return abort(.flow, at: now) }
    do throws(WireError) {
      return try receivedRequest(frame, charge: charge, at: now)
    } catch {
      return error == .flow
        ? abort(.flow, at: now) : .sendError(error, correlationID: id)
    }
  }

  /// A frame could not be decoded.
  package mutating func rejected(_ failure: FrameFailure, at now: NIODeadline) -> Action {
    guard acceptsFrames else { return .none }
    switch failure.consequence {
    case .answer(let id) where phase != .awaitingHello && inFlight[id] == nil:
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

    let granted = configuration.grant(hello)
    phase = .ready
    bodyLength = Int(granted.bodyLength)
    rowsPerRequest = Int(granted.rowsPerRequest)
    credit = granted.credit
    deadlines.hello = nil
    return .sendHelloOK(granted, correlationID: frame.header.correlationID)
  }

  private mutating func receivedRequest(
    _ frame: Frame,
    charge: Credit,
    at now: NIODeadline
  ) throws(WireError) -> Action {
    let id = frame.header.correlationID
    switch frame.header.type {
    case .ping:
      return .sendPong(Pong(number: try Ping(decoding: frame.body).number), correlationID: id)
    case .modelList:
      _ = try ModelListRequest(decoding: frame.body)
      return .sendModelList(correlationID: id)
    case .modelInfo:
      return .sendModelInfo(
        name: try ModelInfoRequest(decoding: frame.body).name,
        correlationID: id
      )
    case .score:
      let request = try ScoreRequest(decoding: frame.body)
      guard request.rowCount <= rowsPerRequest else {
        throw .tooLarge("a request has too many rows", limit: rowsPerRequest)
      }
      var charge = charge
      charge.rows = request.rowCount
      guard (used + charge).fits(in: credit) else { throw .flow }
      used = used + charge
      inFlight[id] = charge
      acceptedRequest = request
      return .score(
        correlationID: id,
        deadline: now + budget(frame.header.budgetMicroseconds)
      )
    default:
      throw .forbidden
    }
  }

  private func budget(_ microseconds: UInt32) -> TimeAmount {
    microseconds == 0
      ? configuration.defaultBudget
      : min(.microseconds(Int64(microseconds)), configuration.maximumBudget)
  }

  // MARK: Completions

  /// Takes the request of the last `score` action out of the machine.
  package mutating func takeAcceptedRequest() -> ScoreRequest {
    guard let request = acceptedRequest else {
      preconditionFailure("there is no request to take")
    }
    acceptedRequest = nil
    return request
  }

  /// A request is done; its credit returns.
  ///
  /// - Returns: Whether its reply is to be sent. It is not if the connection is over.
  package mutating func finish(_ id: UInt64, at now: NIODeadline) -> Bool {
    guard let charge = inFlight.removeValue(forKey: id) else { return false }
    used = used - charge
    if phase == .draining, inFlight.isEmpty {
      deadlines.quiet = now + configuration.drainQuietTime
    }
    return true
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

  /// The peer will not send any more.
  package mutating func inputClosed(at now: NIODeadline) -> Action {
    isInputClosed = true
    switch phase {
    case .lingering where deadlines.linger == nil:
      // The last bytes are still on their way.
      return .none
    case .lingering, .awaitingHello:
      phase = .closed
      return .closeNow
    case .ready, .draining: return afterTurn(at: now)
    case .closed: return .none
    }
  }

  /// The server shuts down.
  package mutating func drain(at now: NIODeadline) -> Action {
    switch phase {
    case .awaitingHello: return abort(.draining, at: now)
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
      phase = .closed
      return .closeNow
    }
    if Deadlines.isOver(deadlines.drain, now) || Deadlines.isOver(deadlines.quiet, now) {
      linger(at: now)
      return .close
    }
    if Deadlines.isOver(deadlines.hello, now) {
      return abort(.timeout("HELLO did not come in time"), at: now)
    }
    if Deadlines.isOver(deadlines.frame, now) {
      return abort(.timeout("the rest of a frame did not come in time"), at: now)
    }
    return .none
  }

  /// The connection is gone.
  package mutating func closed() {
    phase = .closed
    inFlight = [:]
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
    inFlight = [:]
    var write = deadlines.write ?? now + configuration.writeTimeout
    if let drain = deadlines.drain {
      write = min(write, max(drain, now) + configuration.lingerTimeout)
    }
    deadlines = Deadlines()
    deadlines.write = write
  }
}
