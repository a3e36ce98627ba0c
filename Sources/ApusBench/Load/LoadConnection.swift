internal import ApusSystem

/// One connection under load: it sends prepared requests and judges their replies.
final class LoadConnection<Speech: Exchange> {
  /// The room that each receiving call is given.
  private static var receiveLength: Int { 1 << 16 }

  private let socket: Socket
  private var exchange: Speech
  private var input = StreamBuffer(capacity: 2 * receiveLength)
  private var output = StreamBuffer(capacity: 2 * receiveLength)
  private var outstanding: OutstandingRequests
  private var nextRequest: Int
  private var acceptsRequests = true

  /// Whether replies may still come.
  private(set) var isOpen = true
  /// Whether the socket refused bytes that still wait.
  private(set) var isBlocked = false

  /// Takes over a connection that is ready for requests.
  ///
  /// - Parameters:
  ///   - socket: The connection.
  ///   - exchange: What is said on it.
  ///   - depth: The most requests outstanding.
  ///   - firstRequest: The prepared request to begin with.
  init(_ socket: consuming Socket, _ exchange: Speech, depth: Int, firstRequest: Int) {
    self.socket = socket
    self.exchange = exchange
    outstanding = OutstandingRequests(depth: depth)
    nextRequest = firstRequest % exchange.requestCount
    self.exchange.open(into: &output)
  }

  /// The requests without a reply.
  var outstandingCount: Int { outstanding.count }

  /// Whether another request may be sent.
  var hasRoom: Bool { isOpen && acceptsRequests && outstanding.hasRoom }

  /// Lets a poller watch the connection.
  ///
  /// - Throws: ``BenchError`` with code `system`.
  func join(_ poller: borrowing Poller, token: Int) throws(BenchError) {
    try socket.disableBlocking()
    try poller.watch(socket.number, token: token)
  }

  /// Lets the connection wait inside its calls.
  ///
  /// - Throws: ``BenchError`` with code `system`.
  func waitInside() throws(BenchError) { try socket.limitBlocking(milliseconds: 50) }

  /// Tells a poller whether room to send is waited for.
  func updateWatch(_ poller: borrowing Poller, token: Int) {
    poller.watch(socket, token: token, forRoom: isBlocked)
  }

  /// Writes a request that is sent by the next flush.
  func begin(due: UInt64, at now: UInt64, _ result: inout LoadResult) {
    let identifier = outstanding.begin(index: nextRequest, due: due, sent: now)
    exchange.write(nextRequest, identifier: identifier, into: &output)
    nextRequest = nextRequest + 1 == exchange.requestCount ? 0 : nextRequest + 1
    result.sent += 1
  }

  /// Writes requests until no more may be outstanding.
  func fill(_ result: inout LoadResult) {
    guard hasRoom else { return }
    let now = Clock.now()
    while hasRoom { begin(due: now, at: now, &result) }
  }

  /// Sends what was written.
  func flush() {
    isBlocked = false
    while isOpen, output.count > 0 {
      switch output.send(to: socket) {
      case .moved: continue
      case .blocked:
        isBlocked = true
        return
      case .closed: isOpen = false
      }
    }
  }

  /// Receives what is there and judges the replies.
  ///
  /// - Parameters:
  ///   - window: The times that count.
  ///   - result: Where replies are counted.
  func receive(_ window: LoadWindow, _ result: inout LoadResult) {
    while isOpen {
      switch input.receive(from: socket, room: Self.receiveLength) {
      case .blocked: return
      case .closed: isOpen = false
      case .moved(let count):
        takeReplies(at: Clock.now(), window, &result)
        // Less than there was room for means that the socket is empty.
        if count < Self.receiveLength { return }
      }
    }
  }

  private func takeReplies(at now: UInt64, _ window: LoadWindow, _ result: inout LoadResult) {
    while true {
      let length: Int
      let request: OutstandingRequests.Request?
      switch exchange.incoming(input.bytes) {
      case .incomplete: return
      case .broken:
        result.mismatched += 1
        isOpen = false
        return
      case .control(let controlLength):
        exchange.take(control: input.bytes.extracting(0..<controlLength), answering: &output)
        input.consume(controlLength)
        continue
      case .leaving(let noticeLength):
        acceptsRequests = false
        input.consume(noticeLength)
        continue
      case .reply(let identifier, let replyLength):
        (request, length) = (outstanding.finish(identifier), replyLength)
      case .oldest(let replyLength):
        (request, length) = (outstanding.finishOldest(), replyLength)
      }
      if let request {
        let verdict = exchange.verdict(
          on: input.bytes.extracting(0..<length), to: request.index)
        result.count(verdict, request, at: now, window)
      } else {
        result.mismatched += 1
      }
      input.consume(length)
    }
  }
}

extension LoadResult {
  /// Counts one reply.
  fileprivate mutating func count(
    _ verdict: Verdict, _ request: OutstandingRequests.Request, at now: UInt64,
    _ window: LoadWindow
  ) {
    switch verdict {
    case .mismatch: mismatched += 1
    case .error(let code): errors[code, default: 0] += 1
    case .right(let failed):
      answered += 1
      failedRows += failed
      if window.counts(now) { answeredInTime += 1 }
      guard window.counts(request.due) else { return }
      latency.record(nanoseconds: now - request.due)
      serviceTime.record(nanoseconds: now - request.sent)
      sendLag.record(nanoseconds: request.sent - request.due)
    }
  }
}
