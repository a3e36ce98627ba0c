import FoundationEssentials

/// Turns days of the simulation into dates, weekdays and seasons.
///
/// Day 0 is Wednesday, 1 October 2025, in UTC: sixty days from there hold the rise of the season
/// up to its peak.
package enum ShopCalendar {
  /// The number of seconds in a day.
  package static let secondsPerDay = 86_400

  /// The names of the weekdays, as written to files.
  package static let weekdays = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]

  private static let firstDaySinceEpoch = 20_362
  private static let firstDayOfYear = 273

  /// How much livelier or calmer than the average each weekday is, from Monday on.
  private static let weekdayFactors = [0.98, 0.95, 0.95, 0.98, 1.00, 1.08, 1.06]

  /// Returns the weekday of a day, 0 for Monday to 6 for Sunday.
  ///
  /// - Parameter day: The day of the simulation.
  /// - Returns: The weekday.
  package static func weekday(of day: Int) -> Int {
    (firstDaySinceEpoch + day + 3) % 7
  }

  /// Returns how lively a day is; 1 is the average over the year.
  ///
  /// `weekdayFactor * (1 + 0.15 cos(2 pi (dayOfYear - 335) / 365))`: the year peaks on the first
  /// of December.
  ///
  /// - Parameter day: The day of the simulation.
  /// - Returns: The factor on the number of visits.
  package static func season(of day: Int) -> Double {
    let phase = Double((firstDayOfYear + day) % 365 - 335) / 365
    return weekdayFactors[weekday(of: day)] * (1 + 0.15 * Mathematics.cosine(2 * .pi * phase))
  }

  /// Returns the date of a day in the form `2025-10-01`.
  ///
  /// - Parameter day: The day of the simulation.
  /// - Returns: The date, ten characters long.
  package static func date(of day: Int) -> String {
    let seconds = (firstDaySinceEpoch + day) * secondsPerDay
    return Date(timeIntervalSince1970: Double(seconds))
      .formatted(.iso8601.year().month().day())
  }
}
