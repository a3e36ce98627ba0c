package import ApusWire
package import NIOCore

/// The state of one connection, as the client sees it: events in, actions out, no I/O.
///
/// ```
///                HELLO_OK                  GOAWAY
///  awaitingHello ---------------> ready ---------> leaving --> closed
///     |      '-> authenticating -'  |                            ^
///     |   AUTH is required   AUTH_OK|                            |
///     '----- ERROR, lost -----------+------- ERROR, lost --------'
/// ```
///
/// A request waits in the queue until HELLO_OK came and the credit allows it, then it is in flight
/// until its reply comes. A request that nobody waits for any more keeps its credit until then,
/// because the server still counts it.
///
/// `Request` is what the handler needs to send a request and to answer its caller.
package struct ClientConnection<Request> {
  /// What the handler does after an event.
  package enum Action {
    /// Nothing.
    case none
    /// Answers a request with a frame.
    case answer(Request, Frame)
    /// Widens the decoder to what was granted, and sends AUTH for the challenge.
    case authenticate(HelloOK)
    /// Widens the decoder to what was granted; the queue may move.
    case ready(HelloOK)
    /// Sends PROBE_OK.
    case sendProbeOK(ProbeOK)
    /// Tells whoever wants to know.
    case notify(Push)
    /// Uses this connection for no new request; those in the list go to another one.
    case leave([Request])
    /// The connection is over: all these requests failed.
    case fail([Request], ClientError)
  }

  /// Where in its life a connection is.
  package enum Phase: Equatable {
    /// HELLO was sent.
    case awaitingHello
    /// AUTH was sent.
    case authenticating
    /// Requests are sent.
    case ready
    /// GOAWAY came: replies are awaited, nothing is sent.
    case leaving
    /// Over.
    case closed
  }

  /// What becomes of the next request of the queue.
  package enum Verdict: Equatable {
    /// It is sent now.
    case send
    /// It exceeds what is granted to one request.
    case tooLarge
    /// It needs a feature that the server does not have.
    case unsupported
  }

  /// The bookkeeping of one request.
  private struct Entry {
    /// The request, until nobody waits for it any more.
    var request: Request?
    let charge: Credit
    let feature: Features
    let deadline: NIODeadline
  }

  /// Where in its life the connection is.
  package private(set) var phase = Phase.awaitingHello
  /// What HELLO_OK granted, with the credit that is in force now; `nil` before requests are sent.
  package private(set) var limits: HelloOK?
  private let hasToken: Bool
  /// What HELLO_OK granted, before requests are sent.
  private var grant: HelloOK?
  private var credit = Credit()
  private var used = Credit()
  private var inFlight: [UInt64: Entry] = [:]
  /// Requests in order of arrival; `queueHead` is the first that was not sent.
  private var queue: [(id: UInt64, entry: Entry)] = []
  private var queueHead = 0

  /// Creates the machine of a connection whose HELLO was just sent.
  ///
  /// - Parameter hasToken: Whether the handler can authenticate.
  package init(hasToken: Bool = false) { self.hasToken = hasToken }

  /// Whether new requests may be given to this connection.
  package var acceptsRequests: Bool { phase != .leaving && phase != .closed }

  /// Whether requests may be sent already.
  package var isEstablished: Bool { limits != nil }

  /// The features in force.
  package var features: Features { limits?.features ?? [] }

  /// Whether a leaving connection has nothing left to wait for.
  package var isIdle: Bool { inFlight.isEmpty && queueHead == queue.count }

  /// When the first of the requests that somebody waits for is late.
  ///
  /// - Complexity: O(*n*) in the requests in flight; it is asked for only when a timer rang.
  package var earliestDeadline: NIODeadline? {
    let sent = inFlight.values.lazy.filter { $0.request != nil }.map(\.deadline).min()
    let queued = queue[queueHead...].lazy.filter { $0.entry.request != nil }
      .map(\.entry.deadline).min()
    guard let sent else { return queued }
    return min(sent, queued ?? sent)
  }

  /// Adds a request to the end of the queue.
  ///
  /// - Parameters:
  ///   - request: The request.
  ///   - id: Its correlation id.
  ///   - charge: What it takes from the credit.
  ///   - feature: The features that it needs.
  ///   - deadline: When nobody waits any more.
  package mutating func submit(
    _ request: Request,
    id: UInt64,
    charge: Credit,
    feature: Features = [],
    deadline: NIODeadline
  ) {
    precondition(acceptsRequests, "a request was given to a connection that is \(phase)")
    let entry = Entry(request: request, charge: charge, feature: feature, deadline: deadline)
    queue.append((id, entry))
  }

  /// Takes the next request from the queue, if the credit allows it.
  ///
  /// - Returns: The request to send now, or one that can never be sent, and why.
  package mutating func nextToSend() -> (id: UInt64, request: Request, verdict: Verdict)? {
    guard phase == .ready else { return nil }
    while queueHead < queue.count {
      let (id, entry) = queue[queueHead]
      guard let request = entry.request else {
        popQueue()
        continue
      }
      guard entry.feature.isSubset(of: features) else {
        popQueue()
        return (id, request, .unsupported)
      }
      guard isSendable(entry.charge) else {
        popQueue()
        return (id, request, .tooLarge)
      }
      guard (used + entry.charge).fits(in: credit) else { return nil }
      popQueue()
      used = used + entry.charge
      inFlight[id] = entry
      return (id, request, .send)
    }
    return nil
  }

  /// A frame came in whole.
  package mutating func received(_ frame: Frame) -> Action {
    guard phase != .closed else { return .none }
    let id = frame.header.correlationID
    do throws(WireError) {
      switch frame.header.type {
      case .goAway: return leave()
      case .error where id == 0 || phase == .authenticating:
        return close(.refused(try WireError(decoding: frame.body)))
      case .helloOK where phase == .awaitingHello:
        return received(try HelloOK(decoding: frame.body))
      case .authOK where phase == .authenticating:
        _ = try AuthenticationOK(decoding: frame.body)
        return becomeReady()
      case .credit:
        received(try Credit(decoding: frame.body))
        return .none
      case .probe:
        return .sendProbeOK(ProbeOK(number: try Probe(decoding: frame.body).number))
      case .push: return .notify(try Push(decoding: frame.body))
      default: break
      }
    } catch {
      return close(.protocolViolation(error))
    }
    guard let entry = inFlight.removeValue(forKey: id) else {
      return close(.protocolViolation(.protocolViolation("a reply came without a request")))
    }
    used = used - entry.charge
    guard let request = entry.request else { return .none }
    return .answer(request, frame)
  }

  /// Whether the server still owes the reply to request `id`.
  package func isInFlight(_ id: UInt64) -> Bool { inFlight[id] != nil }

  /// Nobody waits for request `id` any more.
  ///
  /// - Returns: The request, if somebody had waited.
  package mutating func abandon(_ id: UInt64) -> Request? {
    if let request = inFlight[id]?.request {
      inFlight[id]?.request = nil
      return request
    }
    guard let index = queue[queueHead...].firstIndex(where: { $0.id == id }) else { return nil }
    let request = queue[index].entry.request
    queue[index].entry.request = nil
    return request
  }

  /// Time has passed: abandons all requests whose time is over and returns them.
  package mutating func expire(at now: NIODeadline) -> [Request] {
    let late =
      inFlight.filter { $0.value.deadline <= now }.map(\.key)
      + queue[queueHead...].filter { $0.entry.deadline <= now }.map(\.id)
    return late.compactMap { abandon($0) }
  }

  /// Ends the connection.
  package mutating func close(_ error: ClientError) -> Action {
    guard phase != .closed else { return .none }
    phase = .closed
    let requests = inFlight.values.compactMap(\.request) + takeQueue()
    inFlight = [:]
    return .fail(requests, error)
  }

  private mutating func received(_ grant: HelloOK) -> Action {
    guard grant.version == FrameHeader.version else { return close(.refused(.version)) }
    self.grant = grant
    guard grant.requiresAuthentication else { return becomeReady() }
    guard hasToken else { return close(.refused(.authenticationRequired)) }
    phase = .authenticating
    return .authenticate(grant)
  }

  private mutating func becomeReady() -> Action {
    guard let grant else { preconditionFailure("nothing was granted yet") }
    limits = grant
    credit = grant.credit
    phase = .ready
    return .ready(grant)
  }

  /// Takes the totals that hold from now on.
  private mutating func received(_ credit: Credit) {
    grant?.credit = credit
    limits?.credit = credit
    self.credit = credit
  }

  private mutating func leave() -> Action {
    guard phase != .leaving else { return .none }
    phase = .leaving
    return .leave(takeQueue())
  }

  private func isSendable(_ charge: Credit) -> Bool {
    guard let limits else { return false }
    return charge.fits(in: credit) && charge.rows <= Int(limits.rowsPerRequest)
      && charge.bytes <= Int(limits.bodyLength) + WireLimits.headerLength
  }

  private mutating func takeQueue() -> [Request] {
    defer {
      queue = []
      queueHead = 0
    }
    return queue[queueHead...].compactMap(\.entry.request)
  }

  private mutating func popQueue() {
    queueHead += 1
    guard queueHead == queue.count else { return }
    queue.removeAll(keepingCapacity: true)
    queueHead = 0
  }
}
