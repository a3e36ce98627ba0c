import CLinux
import Glibc

/// Waits for many descriptors at once, by epoll.
///
/// Each descriptor is watched under a token of the caller's choice, which comes back with its
/// events.
@safe
struct Poller: ~Copyable {
  /// What a descriptor is watched for.
  struct Interest: OptionSet {
    let rawValue: UInt32

    /// Bytes or connections to take, or the end of the input.
    static let input = Interest(rawValue: UInt32(EPOLLIN.rawValue))
    /// Room for bytes to send.
    static let output = Interest(rawValue: UInt32(EPOLLOUT.rawValue))
  }

  /// What happened to a descriptor.
  struct Event {
    let token: UInt64
    fileprivate let bits: UInt32

    /// There is something to read: bytes, the end of the input, or an error.
    var isReadable: Bool {
      bits & UInt32(EPOLLIN.rawValue | EPOLLHUP.rawValue | EPOLLERR.rawValue) != 0
    }

    /// Nothing can be sent or received any more.
    var isBroken: Bool { bits & UInt32(EPOLLHUP.rawValue | EPOLLERR.rawValue) != 0 }

    /// There is room to send, or an error that sending will tell.
    var isWritable: Bool {
      bits & UInt32(EPOLLOUT.rawValue | EPOLLHUP.rawValue | EPOLLERR.rawValue) != 0
    }
  }

  private let epoll: Descriptor
  private var events: [epoll_event]

  /// Creates a poller that watches nothing.
  ///
  /// - Parameter eventsAtOnce: The events that one wait returns at most.
  /// - Throws: ``SystemError``.
  init(eventsAtOnce: Int = 256) throws(SystemError) {
    let number = epoll_create1(Int32(EPOLL_CLOEXEC))
    guard number >= 0 else { throw SystemError("epoll_create1") }
    epoll = Descriptor(number)
    unsafe events = [epoll_event](repeating: epoll_event(), count: eventsAtOnce)
  }

  /// Watches a descriptor.
  func add(_ descriptor: Int32, token: UInt64, for interest: Interest) throws(SystemError) {
    try control(EPOLL_CTL_ADD, descriptor, token, interest)
  }

  /// Watches a descriptor for something else.
  func change(_ descriptor: Int32, token: UInt64, to interest: Interest) throws(SystemError) {
    try control(EPOLL_CTL_MOD, descriptor, token, interest)
  }

  /// Watches a descriptor no more; one that is closed leaves by itself.
  func remove(_ descriptor: Int32) {
    _ = epoll_ctl(epoll.number, EPOLL_CTL_DEL, descriptor, nil)
  }

  private func control(
    _ operation: Int32, _ descriptor: Int32, _ token: UInt64, _ interest: Interest
  ) throws(SystemError) {
    var event = unsafe epoll_event()
    unsafe event.events = interest.rawValue
    unsafe event.data.u64 = token
    guard unsafe epoll_ctl(epoll.number, operation, descriptor, &event) == 0 else {
      throw SystemError("epoll_ctl")
    }
  }

  /// Waits until something happens.
  ///
  /// - Parameter timeoutMilliseconds: How long at most; 0 looks and returns, -1 waits for ever.
  /// - Returns: How many events ``event(_:)`` has.
  mutating func wait(timeoutMilliseconds: Int32) -> Int {
    let capacity = unsafe Int32(events.count)
    let count = unsafe events.withUnsafeMutableBufferPointer { events in
      unsafe epoll_wait(epoll.number, events.baseAddress, capacity, timeoutMilliseconds)
    }
    // A signal is the only failure that a poller in good order can see.
    return max(0, Int(count))
  }

  /// An event of the last wait.
  func event(_ index: Int) -> Event {
    unsafe Event(token: events[index].data.u64, bits: events[index].events)
  }
}
