internal import Glibc

/// The clocks of a measurement.
enum Clock {
  /// Nanoseconds of a clock that never steps.
  static func now() -> UInt64 { time(CLOCK_MONOTONIC) }

  /// Nanoseconds that the calling thread has spent on a processor.
  static func threadTime() -> UInt64 { time(CLOCK_THREAD_CPUTIME_ID) }

  private static func time(_ clock: clockid_t) -> UInt64 {
    var time = timespec()
    _ = unsafe clock_gettime(clock, &time)
    return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
  }
}
