import ApusSystem
import CLinux
import Glibc
import NIOCore
import Testing

/// Waiting for descriptors and for a time.
@Suite struct PollerTests {
  private func tokens(_ poller: borrowing Poller, _ count: Int) -> [UInt64] {
    (0..<count).map { poller.event($0).token }
  }

  @Test func aWaitEndsWhenItsTimeHasCome() throws {
    var poller = try Poller()
    let start = NIODeadline.now()
    let time = start + .milliseconds(20)
    let count = poller.wait(untilNanoseconds: time.uptimeNanoseconds)
    #expect(NIODeadline.now() >= time)
    #expect(tokens(poller, count) == [Poller.alarm])
    // A time that is over stays so until it is replaced.
    let again = poller.wait(untilNanoseconds: time.uptimeNanoseconds)
    #expect(tokens(poller, again) == [Poller.alarm])
  }

  @Test func theTimeCanMoveBothWays() throws {
    var poller = try Poller()
    let event = try Descriptor(eventfd(1, 0), from: "eventfd")
    try poller.add(event.number, token: 7, for: .input)
    let start = NIODeadline.now()
    // The descriptor ends this wait; its time must not end a later one.
    let far = poller.wait(untilNanoseconds: (start + .milliseconds(5)).uptimeNanoseconds)
    #expect(tokens(poller, far) == [7])
    poller.remove(event.number)
    let later = start + .milliseconds(60)
    var count = poller.wait(untilNanoseconds: later.uptimeNanoseconds)
    #expect(NIODeadline.now() >= later)
    #expect(tokens(poller, count) == [Poller.alarm])
    // And back to a time that is over, which ends the wait at once.
    count = poller.wait(untilNanoseconds: start.uptimeNanoseconds)
    #expect(tokens(poller, count) == [Poller.alarm])
  }

  @Test func withoutATimeOnlyDescriptorsCount() throws {
    var poller = try Poller()
    let event = try Descriptor(eventfd(0, 0), from: "eventfd")
    try poller.add(event.number, token: 7, for: .input)
    _ = poller.wait(untilNanoseconds: (NIODeadline.now() + .milliseconds(1)).uptimeNanoseconds)
    #expect(poller.poll() == 1)
    var one: UInt64 = 1
    let written = unsafe write(event.number, &one, MemoryLayout<UInt64>.size)
    #expect(written == 8)
    // The alarm of before is off.
    let count = poller.wait(untilNanoseconds: nil)
    #expect(tokens(poller, count) == [7])
  }
}
