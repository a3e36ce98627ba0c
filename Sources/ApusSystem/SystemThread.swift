import CLinux
import Glibc

/// A thread that runs one closure and can be waited for.
package final class SystemThread: Sendable {
  private let thread: pthread_t

  private final class Work {
    let run: @Sendable () -> Void
    init(_ run: @escaping @Sendable () -> Void) { self.run = run }
  }

  /// Starts the thread.
  ///
  /// - Parameters:
  ///   - name: What debuggers show, at most 15 bytes.
  ///   - processor: The processor that it stays on; `nil` leaves that to the system.
  ///   - body: What it runs.
  /// - Throws: ``SystemError``.
  package init(
    _ name: String, processor: Int? = nil, _ body: @escaping @Sendable () -> Void
  ) throws(SystemError) {
    let work = Work {
      if let processor { _ = clinux_pin_to_processor(Int32(processor)) }
      body()
    }
    let argument = unsafe Unmanaged.passRetained(work).toOpaque()
    var thread = pthread_t()
    let result = unsafe pthread_create(
      &thread, nil,
      { argument in
        guard let argument = unsafe argument else { return nil }
        unsafe Unmanaged<Work>.fromOpaque(argument).takeRetainedValue().run()
        return nil
      }, argument)
    guard result == 0 else {
      unsafe Unmanaged<Work>.fromOpaque(argument).release()
      throw SystemError("pthread_create", number: result)
    }
    unsafe clinux_name_thread(thread, name)
    self.thread = thread
  }

  /// Waits for the end of the thread; called once.
  package func join() {
    _ = pthread_join(thread, nil)
  }
}
