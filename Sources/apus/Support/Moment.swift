internal import ApusData

/// A point in time as it is typed: ISO 8601, or seconds since 1970.
struct Moment: Hashable, Sendable, LosslessStringConvertible {
  let seconds: Double
  let description: String

  init?(_ description: String) {
    guard let seconds = Timestamp.seconds(in: description) ?? Double(description),
      seconds.isFinite
    else { return nil }
    self.seconds = seconds
    self.description = description
  }
}
