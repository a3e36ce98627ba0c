import ApusSimulation
import Testing

@Suite struct ShopCalendarTests {
  @Test(arguments: [
    (0, "2025-10-01", "wed"), (31, "2025-11-01", "sat"), (92, "2026-01-01", "thu"),
    (881, "2028-02-29", "tue"),
  ])
  func `days have their dates and weekdays`(day: Int, date: String, weekday: String) {
    #expect(ShopCalendar.date(of: day) == date)
    #expect(ShopCalendar.weekdays[ShopCalendar.weekday(of: day)] == weekday)
  }

  @Test func `a year averages one and peaks around the first of December`() {
    let seasons = (0..<365 * 7).map { day in ShopCalendar.season(of: day) }
    #expect(abs(seasons.reduce(0, +) / Double(seasons.count) - 1) < 0.001)
    let weeks = stride(from: 0, to: 364, by: 7).map { day in
      seasons[day..<day + 7].reduce(0, +)
    }
    let peak = weeks.indices.max { weeks[$0] < weeks[$1] }
    #expect(peak == 8)
  }
}
