/// The owner of floats in the host's memory, through which values go to and from a device.
@safe
struct HostBuffer: ~Copyable, @unchecked Sendable {
  /// The elements.
  let elements: UnsafeMutableBufferPointer<Float>

  /// Allocates `count` zeros.
  init(count: Int) {
    unsafe elements = .allocate(capacity: count)
    unsafe elements.initialize(repeating: 0)
  }

  deinit { unsafe elements.deallocate() }
}
