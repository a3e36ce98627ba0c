internal import CSIMD

/// The owner of the C pool: threads that live as long as the backend and its plans.
@safe
final class ThreadPool: Sendable {
  /// The C pool, or nil where work stays on the calling thread.
  nonisolated(unsafe) let handle: OpaquePointer?

  /// The threads, the caller counted.
  var threads: Int { unsafe apus_pool_threads(handle) }

  /// Starts `threads - 1` threads; where the system gives none, work stays on the caller.
  init(threads: Int) {
    unsafe handle = threads > 1 ? unsafe apus_pool_create(threads) : nil
  }

  deinit {
    if let handle = unsafe handle { unsafe apus_pool_destroy(handle) }
  }
}
