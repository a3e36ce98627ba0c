import NIOCore

/// The points in time that a connection waits for; most of them are unset most of the time.
struct Deadlines {
  var hello: NIODeadline?
  var frame: NIODeadline?
  var write: NIODeadline?
  var linger: NIODeadline?
  var drain: NIODeadline?
  var quiet: NIODeadline?
  var probe: NIODeadline?

  /// The first of them.
  var earliest: NIODeadline? {
    Self.earlier(
      Self.earlier(Self.earlier(hello, frame), Self.earlier(write, linger)),
      Self.earlier(Self.earlier(drain, quiet), probe)
    )
  }

  private static func earlier(_ left: NIODeadline?, _ right: NIODeadline?) -> NIODeadline? {
    guard let left else { return right }
    guard let right else { return left }
    return min(left, right)
  }

  static func isOver(_ deadline: NIODeadline?, _ now: NIODeadline) -> Bool {
    deadline.map { $0 <= now } ?? false
  }
}
