import CLinux
import Glibc

/// Waits for many descriptors at once, by epoll.
///
/// Each descriptor is watched under a token of the caller's choice, which comes back with its
/// events.
@safe
package struct Poller: ~Copyable {
  /// What a descriptor is watched for.
  package struct Interest: OptionSet, Sendable {
    /// The bits of epoll.
    package let rawValue: UInt32

    /// Takes the bits of epoll.
    package init(rawValue: UInt32) { self.rawValue = rawValue }

    /// Bytes or connections to take, or the end of the input.
    package static let input = Interest(rawValue: UInt32(EPOLLIN.rawValue))
    /// Room for bytes to send.
    package static let output = Interest(rawValue: UInt32(EPOLLOUT.rawValue))
  }

  /// What happened to a descriptor.
  package struct Event: Sendable {
    /// What the descriptor is watched under.
    package let token: UInt64
    fileprivate let bits: UInt32

    /// There is something to read: bytes, the end of the input, or an error.
    package var isReadable: Bool {
      bits & UInt32(EPOLLIN.rawValue | EPOLLHUP.rawValue | EPOLLERR.rawValue) != 0
    }

    /// Nothing can be sent or received any more.
    package var isBroken: Bool { bits & UInt32(EPOLLHUP.rawValue | EPOLLERR.rawValue) != 0 }

    /// There is room to send, or an error that sending will tell.
    package var isWritable: Bool {
      bits & UInt32(EPOLLOUT.rawValue | EPOLLHUP.rawValue | EPOLLERR.rawValue) != 0
    }
  }

  /// The token of the event that a wait's time has come; no descriptor may have it.
  package static let alarm = UInt64.max

  private let epoll: Descriptor
  private let timer: Descriptor
  /// When the timer goes off, if it does.
  private var timerDeadline: UInt64?
  private var events: [epoll_event]

  /// Creates a poller that watches nothing.
  ///
  /// - Parameter eventsAtOnce: The events that one wait returns at most.
  /// - Throws: ``SystemError``.
  package init(eventsAtOnce: Int = 256) throws(SystemError) {
    let epoll = try Descriptor(epoll_create1(Int32(EPOLL_CLOEXEC)), from: "epoll_create1")
    let timer = try Descriptor(
      timerfd_create(CLOCK_MONOTONIC, Int32(TFD_CLOEXEC)), from: "timerfd_create")
    try Self.control(epoll, EPOLL_CTL_ADD, timer.number, Self.alarm, .input)
    self.epoll = epoll
    self.timer = timer
    unsafe events = [epoll_event](repeating: epoll_event(), count: eventsAtOnce)
  }

  /// Watches a descriptor.
  package func add(_ descriptor: Int32, token: UInt64, for interest: Interest) throws(SystemError) {
    try Self.control(epoll, EPOLL_CTL_ADD, descriptor, token, interest)
  }

  /// Watches a descriptor for something else.
  package func change(_ descriptor: Int32, token: UInt64, to interest: Interest) throws(SystemError)
  {
    try Self.control(epoll, EPOLL_CTL_MOD, descriptor, token, interest)
  }

  /// Watches a descriptor no more; one that is closed leaves by itself.
  package func remove(_ descriptor: Int32) {
    _ = epoll_ctl(epoll.number, EPOLL_CTL_DEL, descriptor, nil)
  }

  private static func control(
    _ epoll: borrowing Descriptor, _ operation: Int32, _ descriptor: Int32, _ token: UInt64,
    _ interest: Interest
  ) throws(SystemError) {
    var event = unsafe epoll_event()
    unsafe event.events = interest.rawValue
    unsafe event.data.u64 = token
    guard unsafe epoll_ctl(epoll.number, operation, descriptor, &event) == 0 else {
      throw SystemError("epoll_ctl")
    }
  }

  /// Waits until something happens or a time has come, which is the event of ``alarm``.
  ///
  /// The time lies in a timer of its own: as long as it stays the same it costs nothing, whereas a
  /// limit of the call itself is set up and taken down by each.
  ///
  /// - Parameter deadlineNanoseconds: When, by the monotonic clock; nil waits for ever.
  /// - Returns: How many events ``event(_:)`` has.
  package mutating func wait(untilNanoseconds deadlineNanoseconds: UInt64?) -> Int {
    if deadlineNanoseconds != timerDeadline { setTimer(deadlineNanoseconds) }
    return wait(timeoutMilliseconds: -1)
  }

  /// Looks what has happened.
  ///
  /// - Returns: How many events ``event(_:)`` has.
  package mutating func poll() -> Int { wait(timeoutMilliseconds: 0) }

  private mutating func setTimer(_ deadline: UInt64?) {
    // A time of 0 would stop the timer; one that is over lets it go off at once.
    let nanoseconds = deadline.map { max($0, 1) } ?? 0
    var time = itimerspec()
    time.it_value.tv_sec = Int(nanoseconds / 1_000_000_000)
    time.it_value.tv_nsec = Int(nanoseconds % 1_000_000_000)
    let flags = Int32(TFD_TIMER_ABSTIME)
    let result = unsafe timerfd_settime(timer.number, flags, &time, nil)
    precondition(result == 0, "a timer takes each time, and not \(nanoseconds) ns: \(errno)")
    timerDeadline = deadline
  }

  private mutating func wait(timeoutMilliseconds: Int32) -> Int {
    let capacity = unsafe Int32(events.count)
    let count = unsafe events.withUnsafeMutableBufferPointer { events in
      unsafe epoll_wait(epoll.number, events.baseAddress, capacity, timeoutMilliseconds)
    }
    // A signal is the only failure that a poller in good order can see.
    return max(0, Int(count))
  }

  /// Waits until something happens, at most for some time.
  ///
  /// - Parameter nanoseconds: How long at most; 0 looks and returns.
  /// - Returns: How many events ``event(_:)`` has.
  package mutating func wait(nanoseconds: UInt64) -> Int {
    let capacity = unsafe Int32(events.count)
    var time = timespec(
      tv_sec: Int(nanoseconds / 1_000_000_000), tv_nsec: Int(nanoseconds % 1_000_000_000))
    let count = unsafe events.withUnsafeMutableBufferPointer { events in
      unsafe epoll_pwait2(epoll.number, events.baseAddress, capacity, &time, nil)
    }
    return max(0, Int(count))
  }

  /// An event of the last wait.
  package func event(_ index: Int) -> Event {
    unsafe Event(token: events[index].data.u64, bits: events[index].events)
  }
}
