import ApusClient
import NIOCore
import Testing

@Suite struct RetryTests {
  @Test func waitsAreRandomAndAtLeastWhatTheServerAsks() {
    var policy = RetryPolicy()
    policy.firstWait = .milliseconds(4)
    for attempt in 1...4 {
      let asked = (0..<200).map { _ in
        policy.wait(afterAttempt: attempt, retryAfterMilliseconds: 100).nanoseconds
      }
      #expect(asked.allSatisfy { $0 >= 100_000_000 && $0 <= 150_000_000 })
      #expect(Set(asked).count > 100)
      let window = Int64(4_000_000) << Int64(attempt - 1)
      let free = (0..<200).map { _ in
        policy.wait(afterAttempt: attempt, retryAfterMilliseconds: 0).nanoseconds
      }
      #expect(free.allSatisfy { $0 >= 0 && $0 <= window })
      #expect((free.max() ?? 0) > window / 2)
    }
  }

  @Test func budgetIsFilledByRequestsOnly() {
    let budget = RetryBudget(percent: 20)
    var taken = 0
    while budget.withdraw() { taken += 1 }
    #expect(taken == 10)
    for _ in 0..<100 { budget.deposit() }
    taken = 0
    while budget.withdraw() { taken += 1 }
    #expect(taken >= 10 && taken <= 11)
    #expect(!RetryBudget(percent: 0).withdraw())
  }
}
