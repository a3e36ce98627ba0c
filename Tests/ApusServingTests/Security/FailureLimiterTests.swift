import ApusServing
import NIOCore
import Testing

@Suite struct FailureLimiterTests {
  private let start = NIODeadline.now()

  @Test func aFloodRefusesThosePeersThatTookPartInIt() {
    var limiter = FailureLimiter(now: start)
    for peer in 0..<Int(FailureLimiter.failuresInAll) {
      #expect(limiter.refusalSeconds(of: "\(peer)", at: start) == nil)
      limiter.record("\(peer)", at: start)
    }
    #expect(limiter.refusalSeconds(of: "7", at: start) != nil)
    #expect(limiter.refusalSeconds(of: "newcomer", at: start) == nil)
    #expect(limiter.refusalSeconds(of: "7", at: start + .seconds(1)) == nil)
  }

  @Test func thePeersOnRecordAreBounded() throws {
    var limiter = FailureLimiter(now: start)
    for peer in 0..<3 * FailureLimiter.peerLimit { limiter.record("\(peer)", at: start) }
    #expect(limiter.peerCount == FailureLimiter.peerLimit)
    // There is no place to write a newcomer's failures down, so that it waits as all do.
    let wait = try #require(limiter.refusalSeconds(of: "newcomer", at: start))
    let later = start + .nanoseconds(Int64(wait * 1e9) + 1_000_000)
    #expect(limiter.refusalSeconds(of: "newcomer", at: later) == nil)
    // Those whose failure is long past make room.
    limiter.record("newcomer", at: later)
    #expect(limiter.peerCount == 1)
  }
}
