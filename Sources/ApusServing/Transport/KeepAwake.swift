package import ApusSystem
import CLinux
import Glibc
import Synchronization

/// Keeps processors from halting while a server runs, so that waking one takes no time.
///
/// ```
/// /dev/cpu_dma_latency takes a 0?
///   yes: idle processors poll                        a wake-up is a store to memory
///   no:  a thread of the idle class spins on each    a wake-up is an interrupt, but of no halt
/// ```
/// The first way is a request to the system that no idle state may take time to leave; the system
/// drops it when the process ends, however it ends. It holds for all processors of the machine, so
/// that a client on the same machine gains as well. It takes the right to write to that file, and
/// an idle loop that can poll. Threads of the class `SCHED_IDLE` run only where nothing else wants
/// to run.
package final class KeepAwake: Sendable {
  private final class Switch: Sendable {
    let isOff = Atomic<Bool>(false)
  }

  private let off = Switch()
  private let request: Mutex<IdleLatencyRequest?>
  private let threads: [SystemThread]

  /// Whether idle processors poll, so that no thread has to spin.
  package let isSystemPolling: Bool

  /// Asks the system, or starts one thread for each processor.
  ///
  /// - Parameters:
  ///   - processors: The processors; empty for all that this process may run on.
  ///   - path: Where the system takes the request.
  /// - Throws: ``SystemError`` if the system gives no thread.
  package init(
    processors: [Int] = [], requestingAt path: String = IdleLatencyRequest.path
  ) throws(SystemError) {
    let processors = Set(processors.isEmpty ? ServerConfiguration.allowedProcessors : processors)
    let request =
      processors.allSatisfy(IdleLatencyRequest.canPoll)
      ? IdleLatencyRequest(microseconds: 0, at: path) : nil
    isSystemPolling = request != nil
    self.request = Mutex(request)
    var threads: [SystemThread] = []
    for processor in isSystemPolling ? [] : processors {
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

  /// Takes the request back, or ends the threads.
  package func stop() {
    request.withLock { $0 = nil }
    off.isOff.store(true, ordering: .relaxed)
    for thread in threads { thread.join() }
  }
}
