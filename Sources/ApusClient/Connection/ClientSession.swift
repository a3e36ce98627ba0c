import ApusWire
import NIOCore
import NIOPosix
import Synchronization

/// Keeps one connection for new requests, makes another when it is lost, and lives on one event
/// loop.
///
/// ```
/// request --> current connection?  yes --> submit
///                 no --> waiting --> connect (after a jittered pause, if the last attempt failed)
/// connection lost --> requests in flight are repeated once, then fail
/// GOAWAY          --> connection finishes what it has; new requests go to the next one
/// ```
final class ClientSession {
  let configuration: ClientConfiguration
  /// The features that HELLO offers.
  let features: Features
  private let endpoint: Endpoint
  private let eventLoop: any EventLoop
  private let tls: ClientTLS.Context?
  private let lastID: LastCorrelationID

  private var current: ClientConnectionHandler?
  private var leaving: [ClientConnectionHandler] = []
  private var waiting: [PendingRequest] = []
  private var waitingTimer: Scheduled<Void>?
  private var waitingTimerDeadline = NIODeadline.distantFuture
  private var isConnecting = false
  private var isClosed = false
  private var attempts = 0
  private var backoff: Backoff

  init(
    endpoint: Endpoint,
    configuration: ClientConfiguration,
    features: Features,
    tls: ClientTLS.Context?,
    eventLoop: any EventLoop,
    lastID: LastCorrelationID
  ) {
    self.endpoint = endpoint
    self.configuration = configuration
    self.features = features
    self.tls = tls
    self.eventLoop = eventLoop
    self.lastID = lastID
    self.backoff = Backoff(first: configuration.firstBackoff, maximum: configuration.maximumBackoff)
  }

  func makeID() -> UInt64 { lastID.next() }

  /// What the server grants on the connection for new requests, if there is one.
  var limits: HelloOK? { current?.connection.limits }

  // MARK: Requests

  /// Sends a request, now or as soon as there is a connection.
  func submit(_ request: PendingRequest) {
    guard !isClosed else { return request.waiter.resume(returning: .failure(.closed)) }
    guard let current, current.acceptsRequests else {
      wait(request)
      return connect()
    }
    current.submit(request)
  }

  /// Lets the caller of request `id` go.
  func cancel(_ id: UInt64) {
    for connection in leaving + [current].compactMap({ $0 }) {
      if let request = connection.abandon(id) {
        return request.waiter.resume(returning: .failure(.cancelled))
      }
    }
    guard let index = waiting.firstIndex(where: { $0.id == id }) else { return }
    waiting.remove(at: index).waiter.resume(returning: .failure(.cancelled))
  }

  /// Fails everything, and every later request.
  func close() {
    isClosed = true
    for connection in leaving + [current].compactMap({ $0 }) { connection.close(.closed) }
    failWaiting(.closed)
  }

  private func wait(_ request: PendingRequest) {
    waiting.append(request)
    watchWaiting(request.deadline)
  }

  /// Sets the timer of the requests that wait, unless it rings early enough.
  private func watchWaiting(_ deadline: NIODeadline) {
    guard deadline < waitingTimerDeadline else { return }
    waitingTimer?.cancel()
    waitingTimerDeadline = deadline
    waitingTimer = eventLoop.assumeIsolated().scheduleTask(deadline: deadline) {
      self.waitingTimerDeadline = .distantFuture
      let now = NIODeadline.now()
      let late = self.waiting.filter { $0.deadline <= now }
      self.waiting.removeAll { $0.deadline <= now }
      for request in late { request.waiter.resume(returning: .failure(.timeout)) }
      if let next = self.waiting.map(\.deadline).min() { self.watchWaiting(next) }
    }
  }

  private func failWaiting(_ error: ClientError) {
    let requests = waiting
    waiting = []
    for request in requests { request.waiter.resume(returning: .failure(error)) }
  }

  /// Sends a request once more, if that was not done before.
  private func repeatOnce(_ request: PendingRequest, or error: ClientError) {
    guard !request.isRepeated, !isClosed else {
      return request.waiter.resume(returning: .failure(error))
    }
    var request = request
    request.isRepeated = true
    submit(request)
  }

  // MARK: What connections tell

  /// A reply came.
  func answered(_ request: PendingRequest, _ frame: Frame) {
    if frame.header.type == .error, let error = try? WireError(decoding: frame.body),
      error.code == .draining
    {
      return repeatOnce(request, or: .refused(error))
    }
    request.waiter.resume(returning: .success(frame))
  }

  /// HELLO_OK came.
  func connectionIsReady(_ connection: ClientConnectionHandler) {
    attempts = 0
    backoff.reset()
  }

  /// GOAWAY came.
  func connectionIsLeaving(_ connection: ClientConnectionHandler, _ unsent: [PendingRequest]) {
    if current === connection { current = nil }
    leaving.append(connection)
    for request in unsent { submit(request) }
  }

  /// The connection is over.
  func connectionEnded(
    _ connection: ClientConnectionHandler,
    _ requests: [PendingRequest],
    _ error: ClientError
  ) {
    if current === connection { current = nil }
    leaving.removeAll { $0 === connection }
    if !connection.connection.isEstablished, !error.isFinal {
      // It never worked: an attempt to connect failed, and nothing was sent.
      for request in requests { wait(request) }
      return attemptFailed(error)
    }
    for request in requests {
      if error.isFinal {
        request.waiter.resume(returning: .failure(error))
      } else {
        repeatOnce(request, or: error)
      }
    }
  }

  // MARK: Connecting

  private func connect() {
    guard !isConnecting, !isClosed else { return }
    isConnecting = true
    eventLoop.assumeIsolated().scheduleTask(deadline: backoff.nextAttempt) { self.attempt() }
  }

  private func attempt() {
    guard !waiting.isEmpty, !isClosed else {
      isConnecting = false
      return
    }
    attempts += 1
    let bound = NIOLoopBound(self, eventLoop: eventLoop)
    let deadline = NIODeadline.now() + configuration.connectTimeout
    let tls = tls
    let bootstrap = ClientBootstrap(group: eventLoop)
      .connectTimeout(configuration.connectTimeout)
      .channelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          let pipeline = channel.pipeline.syncOperations
          if let tls { try pipeline.addHandler(try tls.makeHandler()) }
          try pipeline.addHandler(ClientConnectionHandler(session: bound.value))
        }
      }
    endpoint.connect(bootstrap)
      .assumeIsolated()
      .whenComplete { result in
        self.isConnecting = false
        switch result {
        case .success(let channel): self.connected(channel, helloDeadline: deadline)
        case .failure: self.attemptFailed(.connectionLost)
        }
      }
  }

  private func connected(_ channel: any Channel, helloDeadline: NIODeadline) {
    guard !isClosed,
      let connection = try? channel.pipeline.syncOperations.handler(
        type: ClientConnectionHandler.self
      ), connection.acceptsRequests
    else {
      channel.close(promise: nil)
      // The connection ended before it was known here, so nobody has taken care of the requests.
      if !waiting.isEmpty { connect() }
      return
    }
    current = connection
    let requests = waiting
    waiting = []
    for request in requests { connection.submit(request) }
    eventLoop.assumeIsolated().scheduleTask(deadline: helloDeadline) {
      if !connection.connection.isEstablished { connection.close(.connectionLost) }
    }
  }

  private func attemptFailed(_ error: ClientError) {
    backoff.failed(at: .now())
    guard attempts < configuration.connectAttempts else {
      attempts = 0
      return failWaiting(
        ClientError(
          code: .connectFailed,
          message: "cannot reach \(endpoint); check that the server runs and is reachable"
        )
      )
    }
    if !waiting.isEmpty { connect() }
  }
}

extension ClientError {
  /// Whether another connection would fare no better.
  fileprivate var isFinal: Bool {
    switch code {
    case .connectionLost: false
    case .refused: !(wireError?.isRetryable ?? false)
    default: true
    }
  }
}

/// The source of correlation ids, which callers on all threads draw from.
final class LastCorrelationID: Sendable {
  private let last = Atomic<UInt64>(0)

  /// Returns a number that was not returned before.
  func next() -> UInt64 { last.add(1, ordering: .relaxed).newValue }
}
