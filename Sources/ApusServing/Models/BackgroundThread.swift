internal import Dispatch
internal import Foundation
internal import Glibc
internal import Synchronization

/// One thread of low priority that does one job after the other.
///
/// Work that takes long and is not awaited by clients runs here: it takes the processor when nobody
/// else wants it, and never a thread of the pool that runs tasks. Threads that a job starts inherit
/// the low priority.
final class BackgroundThread: Sendable {
  /// What the thread holds on to, so that it ends when its owner is gone.
  private final class Jobs: Sendable {
    private let waiting = Mutex<(jobs: [@Sendable () -> Void], isClosed: Bool)>(([], false))
    private let wake = DispatchSemaphore(value: 0)

    func add(_ job: @escaping @Sendable () -> Void) {
      waiting.withLock { $0.jobs.append(job) }
      wake.signal()
    }

    func close() {
      waiting.withLock { $0.isClosed = true }
      wake.signal()
    }

    func work() {
      while true {
        wake.wait()
        let (job, isClosed) = waiting.withLock { state in
          (state.jobs.isEmpty ? nil : state.jobs.removeFirst(), state.isClosed)
        }
        if let job { job() } else if isClosed { return }
      }
    }
  }

  /// How far below the usual the thread's priority is, of at most 19.
  private static let niceness: Int32 = 10

  private let jobs = Jobs()

  /// Starts the thread.
  ///
  /// - Parameter name: What it is called in the tools of the system, at most 15 bytes.
  init(_ name: String) {
    let jobs = jobs
    let thread = Thread {
      // Of the calling thread alone, on Linux. It cannot fail: anybody may step back.
      setpriority(Int32(PRIO_PROCESS.rawValue), 0, Self.niceness)
      jobs.work()
    }
    thread.name = name
    thread.start()
  }

  deinit { jobs.close() }

  /// Runs a job after those that wait, and waits for its result.
  ///
  /// - Parameter job: What to do; it may block.
  /// - Returns: What it returns.
  /// - Throws: What it throws.
  func run<Result: Sendable>(
    _ job: @escaping @Sendable () throws -> Result
  ) async throws -> Result {
    try await withCheckedThrowingContinuation { continuation in
      jobs.add { continuation.resume(with: Swift.Result { try job() }) }
    }
  }
}
