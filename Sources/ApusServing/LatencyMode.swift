/// What a server pays for the time that an idle processor takes to wake up.
///
/// On a machine whose idle processors halt, waking one costs tens of microseconds, which is most of
/// what a single client waits for.
public enum LatencyMode: String, Sendable, CaseIterable {
  /// Threads sleep while there is nothing to do.
  case normal
  /// No processor halts: idle ones poll.
  ///
  /// The system is asked for it through `/dev/cpu_dma_latency` if this process may write there:
  /// then all processors of the machine poll in the idle loop, and take no time from anybody. If
  /// not, one thread per processor spins in the class of idle threads; any other thread runs in its
  /// stead. It costs the power of processors that never idle, and the processor time that a cloud
  /// bills by use.
  case keepAwake = "keep-awake"
  /// The event loops ask their sockets without pause.
  ///
  /// It costs a whole processor for each event loop; give them processors of their own.
  case busyPoll = "busy-poll"
}
