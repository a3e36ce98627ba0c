import Synchronization

/// A sign of life that is asked of several event loops at once.
///
/// ```
/// ask: post to each loop --> loop 0 turns: beat   loop 1 turns: beat --> all have: answer at once
///                            '------ a loop that is stuck does not ------> answer at the limit
/// ```
final class LoopPulse: Sendable {
  private struct State {
    var silent: Set<String>
    var waiter: CheckedContinuation<Void, Never>?
    var isOver = false
  }

  private let state: Mutex<State>

  /// Creates the pulse of loops that have not shown a sign of life.
  ///
  /// - Parameter loops: Their names, each once.
  init(of loops: [String]) { state = Mutex(State(silent: Set(loops))) }

  /// A loop has turned; one that does so after the answer was given is too late.
  func beat(_ loop: String) {
    end { state in
      guard !state.isOver else { return false }
      state.silent.remove(loop)
      return state.silent.isEmpty
    }
  }

  /// Waits for the loops.
  ///
  /// - Parameter limit: How long.
  /// - Returns: The names of those that did not turn, in ascending order.
  func silentLoops(after limit: Duration) async -> [String] {
    let timer = Task {
      try await Task.sleep(for: limit)
      end { _ in true }
    }
    await withCheckedContinuation { waiter in
      let hasEnded = state.withLock { state in
        if !state.isOver && !state.silent.isEmpty { state.waiter = waiter }
        return state.waiter == nil
      }
      if hasEnded { waiter.resume() }
    }
    timer.cancel()
    return state.withLock { $0.silent.sorted() }
  }

  /// Gives the answer if `isDue` says so.
  private func end(_ isDue: (inout State) -> Bool) {
    let waiter = state.withLock { state -> CheckedContinuation<Void, Never>? in
      guard isDue(&state) else { return nil }
      state.isOver = true
      return state.waiter.take()
    }
    waiter?.resume()
  }
}
