import ApusCompute

/// An input's host memory, and what of it the device has.
final class InputPort {
  private let place: Place
  private let shape: Shape
  private let staging: HostBuffer
  private var uploadedCount = 0
  private var pending: Event?
  private var failure: ComputeError?

  /// Makes room for a batch of `batchCapacity` rows, all zero.
  init(place: Place, shape: Shape, batchCapacity: Int) {
    self.place = place
    self.shape = shape
    staging = HostBuffer(count: shape.count(batchSize: batchCapacity))
  }

  // A copy under way reads the host memory that goes away here.
  deinit { settle() }

  /// Lets `body` write the elements of the first `rows` rows, once no copy of them is under way.
  func write<Failure: Error>(
    rows: Int,
    _ body: (inout MutableSpan<Float>) throws(Failure) -> Void
  ) throws(Failure) {
    settle()
    uploadedCount = 0
    let count = shape.count(batchSize: rows)
    var span = unsafe MutableSpan(_unsafeElements: staging.elements.extracting(0..<count))
    try body(&span)
  }

  /// Enqueues a copy of the first `rows` rows, unless the device has them.
  ///
  /// - Throws: `ComputeError.executionFailed`, also for an earlier copy.
  func upload(
    rows: Int,
    to arena: borrowing DeviceBuffer,
    on queue: borrowing CommandQueue
  ) throws(ComputeError) {
    let count = shape.count(batchSize: rows)
    guard uploadedCount < count else { return }
    settle()
    if let failure {
      self.failure = nil
      throw failure
    }
    pending = try queue.startWrite(staging, count: count, to: arena, at: place.offset)
    uploadedCount = count
  }

  private func settle() {
    do throws(ComputeError) {
      try pending?.wait()
    } catch {
      failure = error
    }
    pending = nil
  }
}

/// An output's place on the device, and the host memory through which it is read.
final class OutputPort {
  /// Where the output lies.
  let place: Place
  private let shape: Shape
  private let staging: HostBuffer

  /// Makes room for a batch of `batchCapacity` rows.
  init(place: Place, shape: Shape, batchCapacity: Int) {
    self.place = place
    self.shape = shape
    staging = HostBuffer(count: shape.count(batchSize: batchCapacity))
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
    try queue.read(buffer, at: place.offset, count: count, into: staging)
  }

  /// Lets `body` read the elements of the first `rows` rows.
  func read<Result>(rows: Int, _ body: (Span<Float>) throws -> Result) rethrows -> Result {
    let count = shape.count(batchSize: rows)
    return try body(unsafe Span(_unsafeElements: staging.elements.extracting(0..<count)))
  }
}
