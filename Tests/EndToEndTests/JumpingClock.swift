import Foundation

/// A library that goes before the system's own and makes the wall clock jump.
///
/// Each question for the time of day is answered by a day too late or a day too early, in turn.
/// The clocks that only run are left alone.
enum JumpingClock {
  /// How far it jumps.
  static let seconds = 86_400

  private static let source = """
    #define _GNU_SOURCE
    #include <stdatomic.h>
    #include <sys/syscall.h>
    #include <sys/time.h>
    #include <time.h>
    #include <unistd.h>

    static atomic_uint calls;

    static long jump(void) {
      return atomic_fetch_add(&calls, 1) & 1 ? \(seconds) : -\(seconds);
    }

    int clock_gettime(clockid_t clock, struct timespec *now) {
      int result = (int)syscall(SYS_clock_gettime, clock, now);
      if (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE) now->tv_sec += jump();
      return result;
    }

    int gettimeofday(struct timeval *restrict now, void *restrict zone) {
      (void)zone;
      struct timespec time;
      int result = clock_gettime(CLOCK_REALTIME, &time);
      now->tv_sec = time.tv_sec;
      now->tv_usec = time.tv_nsec / 1000;
      return result;
    }

    int timespec_get(struct timespec *now, int base) {
      return clock_gettime(CLOCK_REALTIME, now) == 0 ? base : 0;
    }

    time_t time(time_t *now) {
      struct timespec time;
      clock_gettime(CLOCK_REALTIME, &time);
      if (now) *now = time.tv_sec;
      return time.tv_sec;
    }
    """

  /// Builds the library, by the compiler of C that Swift on Linux cannot do without.
  ///
  /// - Returns: The environment of a process that is to have such a clock.
  static func environment(in workspace: Workspace) throws -> [String: String] {
    let library = workspace.path("clock.so")
    let compiler = Process()
    compiler.executableURL = URL(filePath: "/usr/bin/env")
    compiler.arguments = [
      "clang", "-O1", "-shared", "-fPIC", "-o", library,
      try workspace.write(source, to: "clock.c"),
    ]
    try compiler.run()
    compiler.waitUntilExit()
    guard compiler.terminationStatus == 0 else { throw Apus.Unusable("no clock was built") }
    return ["LD_PRELOAD": library]
  }
}
