/// The times that part a measurement, in nanoseconds.
///
/// ```
/// start      first           end         deadline
///   | warm-up  | counts        | replies of  |
///   |          |               | the last    |
/// ```
struct LoadWindow {
  /// When counting begins.
  let first: UInt64
  /// When counting, and sending, ends.
  let end: UInt64
  /// When the last replies are given up.
  let deadline: UInt64

  /// Lays a plan's times out.
  init(_ plan: LoadPlan, from start: UInt64) {
    first = start + UInt64(plan.warmUpSeconds * 1e9)
    end = first + UInt64(plan.durationSeconds * 1e9)
    deadline = end + UInt64(plan.drainSeconds * 1e9)
  }

  /// Whether what is due or happens at a time counts.
  func counts(_ time: UInt64) -> Bool { first <= time && time < end }
}
