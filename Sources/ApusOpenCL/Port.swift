import ApusCompute

/// An input's host memory, and what of it the device has.
///
/// While a copy of one batch waits for the device, the next is written to other host memory:
///
/// ```
///   withInput     slot 0   slot 1   slot 0          the caller
///   copy                   slot 0   slot 1          to the device
///   run                             batch 0         on the device
/// ```
final class InputPort {
  /// Where the input lies.
  let place: Place
  /// Its shape.
  let shape: Shape
  private let slots: [StagingSlot]
  private var current = 0
  /// The elements, from the first on, that anyone has written: all others are zero in every slot.
  private var writtenCount = 0
  private var uploadedCount = 0
  private var failure: ComputeError?

  /// Makes room for two batches of `batchCapacity` rows, all zero.
  ///
  /// - Throws: `ComputeError.allocationFailed`.
  init(
    place: Place,
    shape: Shape,
    batchCapacity: Int,
    store: OpenCLVariableStore
  ) throws(ComputeError) {
    self.place = place
    self.shape = shape
    let count = shape.count(batchSize: batchCapacity)
    slots = [
      try StagingSlot(count: count, store: store), try StagingSlot(count: count, store: store),
    ]
  }

  /// Lets `body` write the elements of the first `rows` rows, in memory that no copy reads.
  func write<Failure: Error>(
    rows: Int,
    _ body: (inout MutableSpan<Float>) throws(Failure) -> Void
  ) throws(Failure) {
    takeIdleSlot()
    uploadedCount = 0
    let count = shape.count(batchSize: rows)
    writtenCount = max(writtenCount, count)
    let elements = unsafe slots[current].host.elements.extracting(0..<count)
    var span = unsafe MutableSpan(_unsafeElements: elements)
    try body(&span)
  }

  /// Enqueues a copy of the first `rows` rows, unless the device has them.
  ///
  /// - Throws: `ComputeError.executionFailed`, also for an earlier copy.
  func upload(
    rows: Int,
    to arena: borrowing DeviceBuffer,
    of store: OpenCLVariableStore
  ) throws(ComputeError) {
    let count = shape.count(batchSize: rows)
    guard uploadedCount < count else { return }
    settle(slots[current])
    if let failure {
      self.failure = nil
      throw failure
    }
    try slots[current].send(count, to: arena, at: place.offset, of: store)
    uploadedCount = count
  }

  /// Moves on to the other slot, with what was written so far, where a copy still reads this one.
  private func takeIdleSlot() {
    guard slots[current].isBusy else { return settle(slots[current]) }
    let next = (current + 1) % slots.count
    settle(slots[next])
    slots[next].host.copy(from: slots[current].host, count: writtenCount)
    current = next
  }

  private func settle(_ slot: StagingSlot) {
    do throws(ComputeError) {
      try slot.settle()
    } catch {
      failure = failure ?? error
    }
  }
}

/// An output's place on the device, and the host memory through which it is read.
final class OutputPort {
  /// Where the output lies.
  let place: Place
  private let shape: Shape
  private let staging: PinnedBuffer

  /// Makes room for a batch of `batchCapacity` rows.
  ///
  /// - Throws: `ComputeError.allocationFailed`.
  init(
    place: Place,
    shape: Shape,
    batchCapacity: Int,
    store: OpenCLVariableStore
  ) throws(ComputeError) {
    let staging = try PinnedBuffer(
      count: shape.count(batchSize: batchCapacity),
      context: store.backend.context,
      queue: store.queue
    )
    self.place = place
    self.shape = shape
    self.staging = staging
  }

  /// Copies the first `rows` rows from the device.
  ///
  /// - Throws: `ComputeError.executionFailed`.
  func download(
    rows: Int,
    from buffer: borrowing DeviceBuffer,
    on queue: borrowing CommandQueue
  ) throws(ComputeError) {
    let count = shape.count(batchSize: rows)
    try unsafe queue.read(buffer, at: place.offset, count: count, into: staging.elements)
  }

  /// Lets `body` read the elements of the first `rows` rows.
  func read<Result>(rows: Int, _ body: (Span<Float>) throws -> Result) rethrows -> Result {
    let count = shape.count(batchSize: rows)
    return try body(unsafe Span(_unsafeElements: staging.elements.extracting(0..<count)))
  }
}
