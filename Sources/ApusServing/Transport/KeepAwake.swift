import ApusSystem
import CLinux
import Glibc
import Synchronization

/// Threads that keep every processor of this process from halting while a server runs.
///
/// They are of the class `SCHED_IDLE`: the system runs them only where nothing else wants to run,
/// and takes them away the moment something does.
final class KeepAwake: Sendable {
  private final class Switch: Sendable {
    let isOff = Atomic<Bool>(false)
  }

  private let off = Switch()
  private let threads: [SystemThread]

  /// Starts one thread for each processor.
  ///
  /// - Parameter processors: The processors; empty for all that this process may run on.
  /// - Throws: ``SystemError`` if the system gives no thread or refuses the class.
  init(processors: [Int] = []) throws(SystemError) {
    let processors = processors.isEmpty ? Self.allowedProcessors() : processors
    var threads: [SystemThread] = []
    for processor in Set(processors) {
      let off = off
      threads.append(
        try SystemThread("apus-awake-\(processor)", processor: processor) {
          // A spinning thread of the normal class would take half of the processor from the loops.
          guard clinux_become_idle_class() == 0 else { return }
          while !off.isOff.load(ordering: .relaxed) {
            for _ in 0..<64 { clinux_pause() }
          }
        })
    }
    self.threads = threads
  }

  /// Ends the threads.
  func stop() {
    off.isOff.store(true, ordering: .relaxed)
    for thread in threads { thread.join() }
  }

  private static func allowedProcessors() -> [Int] {
    (0..<Int(clinux_processor_limit())).filter { clinux_may_run_on(Int32($0)) != 0 }
  }
}
