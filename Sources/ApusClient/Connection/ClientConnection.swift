package import ApusWire
package import NIOCore

/// The state of one connection, as the client sees it: events in, actions out, no I/O.
///
/// ```
///                HELLO_OK          GOAWAY
///  awaitingHello --------> ready --------> leaving --> closed
///        '---- ERROR, lost --+--- ERROR, lost --^
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
    /// Widens the decoder to the granted body length; the queue may move.
    case ready(HelloOK)
    /// Uses this connection for no new request; those in the list go to another one.
    case leave([Request])
    /// The connection is over: all these requests failed.
    case fail([Request], ClientError)
  }

  /// Where in its life a connection is.
  package enum Phase: Equatable {
    /// HELLO was sent.
    case awaitingHello
    /// Requests are sent.
    case ready
    /// GOAWAY came: replies are awaited, nothing is sent.
    case leaving
    /// Over.
    case closed
  }

  /// The bookkeeping of one request.
  private struct Entry {
    /// The request, until nobody waits for it any more.
    var request: Request?
    let charge: Credit
    let deadline: NIODeadline
  }

  /// Where in its life the connection is.
  package private(set) var phase = Phase.awaitingHello
  /// What HELLO_OK granted.
  package private(set) var limits: HelloOK?
  private var credit = Credit()
  private var used = Credit()
  private var inFlight: [UInt64: Entry] = [:]
  /// Requests in order of arrival; `queueHead` is the first that was not sent.
  private var queue: [(id: UInt64, entry: Entry)] = []
  private var queueHead = 0

  /// Creates the machine of a connection whose HELLO was just sent.
  package init() {}

  /// Whether new requests may be given to this connection.
  package var acceptsRequests: Bool { phase == .awaitingHello || phase == .ready }

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
  ///   - deadline: When nobody waits any more.
  package mutating func submit(
    _ request: Request,
    id: UInt64,
    charge: Credit,
    deadline: NIODeadline
  ) {
    precondition(acceptsRequests, "a request was given to a connection that is \(phase)")
    queue.append((id, Entry(request: request, charge: charge, deadline: deadline)))
  }

  /// Takes the next request from the queue, if the credit allows it.
  ///
  /// - Returns: The request to send now, or the one that can never be sent.
  package mutating func nextToSend() -> (id: UInt64, request: Request, isTooLarge: Bool)? {
    guard phase == .ready else { return nil }
    while queueHead < queue.count {
      let (id, entry) = queue[queueHead]
      guard let request = entry.request else {
        popQueue()
        continue
      }
      guard isSendable(entry.charge) else {
        popQueue()
        return (id, request, true)
      }
      guard (used + entry.charge).fits(in: credit) else { return nil }
      popQueue()
      used = used + entry.charge
      inFlight[id] = entry
      return (id, request, false)
    }
    return nil
  }

  /// A frame came in whole.
  package mutating func received(_ frame: Frame) -> Action {
    guard phase != .closed else { return .none }
    let id = frame.header.correlationID
    switch frame.header.type {
    case .goAway: return leave()
    case .error where id == 0:
      do throws(WireError) {
        return close(.refused(try WireError(decoding: frame.body)))
      } catch {
        return close(.protocolViolation(error))
      }
    case .helloOK where phase == .awaitingHello: return receivedHelloOK(frame)
    default: break
    }
    guard let entry = inFlight.removeValue(forKey: id) else {
      return close(.protocolViolation(.protocolViolation("a reply came without a request")))
    }
    used = used - entry.charge
    guard let request = entry.request else { return .none }
    return .answer(request, frame)
  }

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

  private mutating func receivedHelloOK(_ frame: Frame) -> Action {
    do throws(WireError) {
      let limits = try HelloOK(decoding: frame.body)
      guard limits.version == FrameHeader.version else { return close(.refused(.version)) }
      self.limits = limits
      credit = limits.credit
      phase = .ready
      return .ready(limits)
    } catch {
      return close(.protocolViolation(error))
    }
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
