/// A value that one thread uses, with a check of exclusive access that costs next to nothing.
///
/// The runtime checks each use of a class's stored property against all uses that are going on; on
/// the path of a request that was a third of all instructions. Here a flag is up while the value is
/// in use, and a use within a use traps, as it does with the runtime.
@safe
package struct Confined<Value: ~Copyable>: ~Copyable {
  private struct Box: ~Copyable {
    var value: Value
    var isInUse = false
  }

  private let box: UnsafeMutablePointer<Box>

  /// Takes a value in.
  package init(_ value: consuming Value) {
    unsafe box = .allocate(capacity: 1)
    unsafe box.initialize(to: Box(value: value))
  }

  deinit {
    unsafe box.deinitialize(count: 1)
    unsafe box.deallocate()
  }

  /// Calls `body` with the value, which nobody else may use until it returns.
  @inline(__always)
  package borrowing func with<Result: ~Copyable, Failure: Error>(
    _ body: (inout Value) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    precondition(unsafe !box.pointee.isInUse, "a \(Value.self) is used while it is in use")
    unsafe box.pointee.isInUse = true
    defer { unsafe box.pointee.isInUse = false }
    return try unsafe body(&box.pointee.value)
  }
}
