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

  private let epoll: Descriptor
  private var events: [epoll_event]

  /// Creates a poller that watches nothing.
  ///
  /// - Parameter eventsAtOnce: The events that one wait returns at most.
  /// - Throws: ``SystemError``.
  package init(eventsAtOnce: Int = 256) throws(SystemError) {
    epoll = try Descriptor(epoll_create1(Int32(EPOLL_CLOEXEC)), from: "epoll_create1")
    unsafe events = [epoll_event](repeating: epoll_event(), count: eventsAtOnce)
  }

  /// Watches a descriptor.
  package func add(_ descriptor: Int32, token: UInt64, for interest: Interest) throws(SystemError) {
    try control(EPOLL_CTL_ADD, descriptor, token, interest)
  }

  /// Watches a descriptor for something else.
  package func change(_ descriptor: Int32, token: UInt64, to interest: Interest) throws(SystemError)
  {
    try control(EPOLL_CTL_MOD, descriptor, token, interest)
  }

  /// Watches a descriptor no more; one that is closed leaves by itself.
  package func remove(_ descriptor: Int32) {
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
  package mutating func wait(timeoutMilliseconds: Int32) -> Int {
    let capacity = unsafe Int32(events.count)
    let count = unsafe events.withUnsafeMutableBufferPointer { events in
      unsafe epoll_wait(epoll.number, events.baseAddress, capacity, timeoutMilliseconds)
    }
    // A signal is the only failure that a poller in good order can see.
    return max(0, Int(count))
  }

  /// Waits until something happens, with a finer limit than ``wait(timeoutMilliseconds:)``.
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
