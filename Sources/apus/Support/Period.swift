internal import ApusData
internal import ArgumentParser

/// A length of time as it is typed: `7d`, `12h`, `30m` or `90s`.
struct Period: Hashable, Sendable, LosslessStringConvertible, ExpressibleByArgument {
  private static let units: [Character: Double] = ["s": 1, "m": 60, "h": 3600, "d": 86_400]

  let seconds: Double
  let description: String

  init(days: Int) {
    seconds = Double(days) * EventRecipe.day
    description = "\(days)d"
  }

  init?(_ description: String) {
    guard let unit = description.last.flatMap({ Self.units[$0] }),
      let count = Double(description.dropLast()), count > 0, count.isFinite
    else { return nil }
    seconds = count * unit
    self.description = description
  }

  init?(argument: String) { self.init(argument) }

  var defaultValueDescription: String { description }
}
