import ApusCompute

/// Host memory of one batch of an input, and its way to the device.
///
/// Where host and device share memory, one copy on the store's own queue does it. Where a bus lies
/// between them, the copy over the bus goes by a queue of its own, so that it passes while the
/// device still computes, and a second, fast one puts the batch in its place when its turn comes:
///
/// ```
///   shared    host ---------------------------------> arena        store.queue
///   discrete  host --bus--> landing                                store.copyQueue
///                           landing ----------------> arena        store.queue
/// ```
final class StagingSlot {
  /// The memory that callers write.
  let host: PinnedBuffer
  private let landing: DeviceBuffer?
  private var sent: Event?
  private var placed: Event?

  /// Makes room for `count` elements, all zero.
  ///
  /// - Throws: `ComputeError.allocationFailed`.
  init(count: Int, store: OpenCLVariableStore) throws(ComputeError) {
    let context = store.backend
    let host = try PinnedBuffer(count: count, context: context.context, queue: store.queue)
    if store.overlapsCopies {
      landing = try DeviceBuffer(
        count: count,
        context: context.context,
        purpose: "an input on its way"
      )
    } else {
      landing = nil
    }
    self.host = host
  }

  // A copy under way reads the host memory that goes away here.
  deinit { try? settle() }

  /// Whether a copy may still read the host memory.
  var isBusy: Bool {
    switch sent {
    case .some(let event): !event.isOver
    case .none: false
    }
  }

  /// Waits until the host memory may be written.
  ///
  /// - Throws: `ComputeError.executionFailed` when the copy failed.
  func settle() throws(ComputeError) {
    guard let event = sent.take() else { return }
    try event.wait()
  }

  /// Enqueues the copies that put the first `count` elements at `offset` of `arena`.
  ///
  /// - Throws: `ComputeError.executionFailed`.
  func send(
    _ count: Int,
    to arena: borrowing DeviceBuffer,
    at offset: Int,
    of store: OpenCLVariableStore
  ) throws(ComputeError) {
    switch landing {
    case .none:
      sent = try store.queue.startWrite(host, count: count, to: arena, at: offset)
    case .some(let landing):
      // The batch before may still wait for its turn in `landing`.
      if let event = placed.take() { try event.wait() }
      let event = try store.copyQueue.startWrite(host, count: count, to: landing, at: 0)
      try store.copyQueue.flush()
      placed = try store.queue.startCopy(
        landing,
        count: count,
        to: arena,
        at: offset,
        after: event
      )
      sent = consume event
    }
  }
}
