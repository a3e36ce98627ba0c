import ApusWire
import NIOCore
import Synchronization

/// One connection of a client and the thread it lives on, as callers on all threads see them.
final class ClientLane: Sendable {
  /// Runs tasks on the thread of the connection.
  let executor: EventLoopExecutor
  private let eventLoop: any EventLoop
  private let session: NIOLoopBound<ClientSession>
  private let pending = Atomic<Int>(0)

  /// Makes a lane, which connects when the first request comes.
  init(
    to endpoint: Endpoint,
    configuration: ClientConfiguration,
    features: Features,
    tls: ClientTLS.Context?,
    eventLoop: any EventLoop,
    lastID: LastCorrelationID
  ) async {
    self.eventLoop = eventLoop
    executor = EventLoopExecutor(eventLoop)
    session = await withCheckedContinuation { continuation in
      eventLoop.execute {
        let session = ClientSession(
          endpoint: endpoint,
          configuration: configuration,
          features: features,
          tls: tls,
          eventLoop: eventLoop,
          lastID: lastID
        )
        continuation.resume(returning: NIOLoopBound(session, eventLoop: eventLoop))
      }
    }
  }

  /// The requests that are under way.
  var pendingCount: Int { pending.load(ordering: .relaxed) }

  /// Sends one request and waits for its reply.
  func send(
    _ frame: Frame,
    rowCount: Int,
    deadline: NIODeadline
  ) async -> Result<Frame, ClientError> {
    pending.add(1, ordering: .relaxed)
    defer { pending.subtract(1, ordering: .relaxed) }
    let id = frame.header.correlationID
    return await withTaskCancellationHandler {
      await withCheckedContinuation { waiter in
        let request = PendingRequest(
          frame: frame,
          rowCount: rowCount,
          deadline: deadline,
          waiter: waiter
        )
        onSession { $0.submit(request) }
        // A cancellation that came before the request was submitted found nothing to cancel.
        if Task.isCancelled { onSession { $0.cancel(id) } }
      }
    } onCancel: {
      onSession { $0.cancel(id) }
    }
  }

  /// What the server grants on this connection now, if there is one.
  func limits() async -> HelloOK? {
    await withCheckedContinuation { waiter in
      onSession { waiter.resume(returning: $0.limits) }
    }
  }

  /// Closes the connection; requests that are under way, and later ones, fail.
  func close() async {
    try? await eventLoop.submit { self.session.value.close() }.get()
  }

  private func onSession(_ body: @escaping @Sendable (ClientSession) -> Void) {
    if eventLoop.inEventLoop {
      body(session.value)
    } else {
      eventLoop.execute { body(self.session.value) }
    }
  }
}
