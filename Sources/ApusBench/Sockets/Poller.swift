internal import CLinux
internal import Glibc

/// Waits for sockets that can be read from or written to.
@safe
struct Poller: ~Copyable {
  /// What happened to one socket.
  struct Event {
    /// The number that the socket was added with.
    let token: Int
    /// Whether there is something to receive, or an end.
    let isReadable: Bool
    /// Whether there is room to send.
    let isWritable: Bool
  }

  private let descriptor: Descriptor
  private var events = unsafe [epoll_event](repeating: epoll_event(), count: 256)

  /// Creates a poller without sockets.
  ///
  /// - Throws: ``BenchError`` with code `system`.
  init() throws(BenchError) {
    descriptor = try Descriptor(epoll_create1(Int32(EPOLL_CLOEXEC)), from: "epoll_create1")
  }

  /// Watches a socket; it is forgotten when it is closed.
  ///
  /// - Parameters:
  ///   - socket: The socket.
  ///   - token: The number that its events carry.
  /// - Throws: ``BenchError`` with code `system`.
  borrowing func add(_ socket: borrowing Socket, token: Int) throws(BenchError) {
    try add(socket.number, token: token)
  }

  /// Watches what can be read from a descriptor that someone else owns.
  ///
  /// - Parameters:
  ///   - number: The number of the descriptor.
  ///   - token: The number that its events carry.
  /// - Throws: ``BenchError`` with code `system`.
  borrowing func add(_ number: Int32, token: Int) throws(BenchError) {
    guard control(EPOLL_CTL_ADD, number, token, EPOLLIN.rawValue) == 0 else {
      throw .system("epoll_ctl")
    }
  }

  /// Says whether room to send is waited for as well.
  borrowing func watch(_ socket: borrowing Socket, token: Int, forRoom: Bool) {
    let events = EPOLLIN.rawValue | (forRoom ? EPOLLOUT.rawValue : 0)
    _ = control(EPOLL_CTL_MOD, socket.number, token, events)
  }

  /// Waits for events.
  ///
  /// - Parameter nanoseconds: How long at most; 0 looks and returns.
  /// - Returns: The count of events.
  mutating func wait(nanoseconds: UInt64) -> Int {
    let number = descriptor.number
    var time = timespec(
      tv_sec: Int(nanoseconds / 1_000_000_000), tv_nsec: Int(nanoseconds % 1_000_000_000))
    let count = unsafe events.withUnsafeMutableBufferPointer { buffer in
      unsafe epoll_pwait2(number, buffer.baseAddress, Int32(buffer.count), &time, nil)
    }
    return max(0, Int(count))
  }

  /// One of the events of the last wait.
  func event(_ index: Int) -> Event {
    let event = unsafe events[index]
    let flags = unsafe event.events
    return Event(
      token: unsafe Int(event.data.u32),
      isReadable: flags & ~EPOLLOUT.rawValue != 0,
      isWritable: flags & EPOLLOUT.rawValue != 0)
  }

  private borrowing func control(
    _ operation: Int32, _ number: Int32, _ token: Int, _ events: UInt32
  ) -> Int32 {
    var event = unsafe epoll_event(events: events, data: epoll_data(u32: UInt32(token)))
    return unsafe epoll_ctl(descriptor.number, operation, number, &event)
  }
}
