import ApusClient
import NIOCore
import Testing

@Suite struct BackoffTests {
  @Test func pausesAreRandomWithinAWindowThatDoublesUpToItsLimit() {
    let now = NIODeadline.uptimeNanoseconds(1_000_000)
    var longest = [Int64](repeating: 0, count: 6)
    for _ in 0..<500 {
      var backoff = Backoff(first: .nanoseconds(100), maximum: .nanoseconds(800))
      #expect(backoff.nextAttempt <= now)
      for (index, window) in [100, 200, 400, 800, 800, 800].enumerated() {
        backoff.failed(at: now)
        let pause = (backoff.nextAttempt - now).nanoseconds
        #expect(pause >= 0 && pause <= window)
        longest[index] = max(longest[index], pause)
      }
    }
    // Five hundred draws that all miss the upper half of a window would be a miracle.
    #expect(zip(longest, [100, 200, 400, 800, 800, 800]).allSatisfy { $0 > $1 / 2 })
  }

  @Test func successForgetsFailures() {
    let now = NIODeadline.uptimeNanoseconds(1_000_000)
    var backoff = Backoff(first: .nanoseconds(100), maximum: .seconds(10))
    for _ in 0..<20 { backoff.failed(at: now) }
    backoff.reset()
    #expect(backoff.nextAttempt <= now)
    backoff.failed(at: now)
    #expect((backoff.nextAttempt - now).nanoseconds <= 100)
  }
}
