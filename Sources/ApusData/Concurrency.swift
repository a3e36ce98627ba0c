internal import Dispatch
internal import Synchronization

/// Work on several threads, whose results do not depend on them.
enum Concurrency {
  /// Performs tasks, each on any of several threads; they are taken in their order.
  ///
  /// - Parameters:
  ///   - count: How many tasks.
  ///   - threads: The number of threads that may work at a time, this one included.
  ///   - task: Performs the task of a number, counted from 0.
  static func perform(_ count: Int, threads: Int, task: @Sendable (Int) -> Void) {
    guard threads > 1 else {
      for index in 0..<count { task(index) }
      return
    }
    let next = Atomic(0)
    DispatchQueue.concurrentPerform(iterations: threads) { _ in
      while true {
        let index = next.add(1, ordering: .relaxed).oldValue
        guard index < count else { return }
        task(index)
      }
    }
  }
}
