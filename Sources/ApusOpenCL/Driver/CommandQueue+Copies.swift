import ApusCompute
import COpenCL

extension CommandQueue {
  /// Copies `source` to the elements of `buffer` from `offset` on, and waits for it.
  ///
  /// - Throws: `ComputeError.executionFailed`.
  func write(
    _ source: Span<Float>,
    to buffer: borrowing DeviceBuffer,
    at offset: Int
  ) throws(ComputeError) {
    let status = unsafe source.withUnsafeBytes { bytes in
      unsafe library.functions.clEnqueueWriteBuffer(
        handle,
        buffer.handle,
        cl_bool(CL_TRUE),
        offset * MemoryLayout<Float>.stride,
        bytes.count,
        bytes.baseAddress,
        0,
        nil,
        nil
      )
    }
    try check(status, "clEnqueueWriteBuffer", .executionFailed, Self.writeMessage)
  }

  /// Enqueues a copy of the first `count` elements of `source`, which must not change until the
  /// returned event has happened.
  ///
  /// - Throws: `ComputeError.executionFailed`.
  func startWrite(
    _ source: borrowing PinnedBuffer,
    count: Int,
    to buffer: borrowing DeviceBuffer,
    at offset: Int
  ) throws(ComputeError) -> Event {
    var event: cl_event?
    let status = unsafe library.functions.clEnqueueWriteBuffer(
      handle,
      buffer.handle,
      cl_bool(CL_FALSE),
      offset * MemoryLayout<Float>.stride,
      count * MemoryLayout<Float>.stride,
      source.elements.baseAddress,
      0,
      nil,
      &event
    )
    guard status == CL_SUCCESS, let event = unsafe event else {
      throw Self.failure("clEnqueueWriteBuffer", status)
    }
    return unsafe Event(library: library, handle: event)
  }

  /// Enqueues a copy from one buffer of the device to another.
  ///
  /// - Parameters:
  ///   - source: the buffer whose first elements are copied.
  ///   - count: how many.
  ///   - destination: the other buffer.
  ///   - offset: the first element that is replaced.
  ///   - event: what must have happened before, on any queue.
  /// - Returns: what will have happened then.
  /// - Throws: `ComputeError.executionFailed`.
  func startCopy(
    _ source: borrowing DeviceBuffer,
    count: Int,
    to destination: borrowing DeviceBuffer,
    at offset: Int,
    after event: borrowing Event
  ) throws(ComputeError) -> Event {
    var copied: cl_event?
    var awaited: cl_event? = unsafe event.handle
    let status = unsafe library.functions.clEnqueueCopyBuffer(
      handle,
      source.handle,
      destination.handle,
      0,
      offset * MemoryLayout<Float>.stride,
      count * MemoryLayout<Float>.stride,
      1,
      &awaited,
      &copied
    )
    guard status == CL_SUCCESS, let copied = unsafe copied else {
      throw Self.failure("clEnqueueCopyBuffer", status)
    }
    return unsafe Event(library: library, handle: copied)
  }

  /// Enqueues a copy of `count` elements of one buffer of the device to another.
  ///
  /// - Throws: `ComputeError.executionFailed`.
  func copy(
    _ source: borrowing DeviceBuffer, from first: Int, count: Int,
    to destination: borrowing DeviceBuffer, at offset: Int
  ) throws(ComputeError) {
    let stride = MemoryLayout<Float>.stride
    let status = unsafe library.functions.clEnqueueCopyBuffer(
      handle, source.handle, destination.handle, first * stride, offset * stride, count * stride,
      0, nil, nil)
    try check(status, "clEnqueueCopyBuffer", .executionFailed, Self.writeMessage)
  }

  /// Copies `count` elements of `buffer` from `offset` on to `destination`, and waits for them.
  ///
  /// - Throws: `ComputeError.executionFailed`, also where an earlier command failed.
  func read(
    _ buffer: borrowing DeviceBuffer,
    at offset: Int,
    count: Int,
    into destination: UnsafeMutableBufferPointer<Float>
  ) throws(ComputeError) {
    try check(
      unsafe library.functions.clEnqueueReadBuffer(
        handle,
        buffer.handle,
        cl_bool(CL_TRUE),
        offset * MemoryLayout<Float>.stride,
        count * MemoryLayout<Float>.stride,
        destination.baseAddress,
        0,
        nil,
        nil
      ),
      "clEnqueueReadBuffer",
      .executionFailed,
      "results could not be copied from the device"
    )
  }

  private static let writeMessage = "values could not be copied to the device"

  private static func failure(_ call: StaticString, _ status: cl_int) -> ComputeError {
    ComputeError(
      .executionFailed,
      writeMessage,
      cause: OpenCLStatus(call: call, value: status).description
    )
  }
}
