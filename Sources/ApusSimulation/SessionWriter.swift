internal import ApusMetrics

/// Plays the days of a simulation and writes `sessions.csv`, `events.csv` and `truth.csv`.
struct SessionWriter {
  private let configuration: ShopConfiguration
  private let world: World
  private var sessions = 0
  private var events = 0
  private var labels: [Bool] = []
  private var trueProbabilities: [Double] = []
  private var observableProbabilities: [Double] = []

  /// Makes a writer at the beginning of day 0.
  ///
  /// - Parameters:
  ///   - configuration: The size and the seed.
  ///   - world: The world drawn from them.
  init(_ configuration: ShopConfiguration, _ world: World) {
    self.configuration = configuration
    self.world = world
  }

  /// Writes the three files and returns what was written.
  ///
  /// - Parameter output: The folder that is being made.
  /// - Returns: What `summary.json` is to tell.
  /// - Throws: ``SimulationError`` with code `fileSystem`.
  consuming func write(to output: OutputDirectory) throws(SimulationError) -> ShopSummary {
    var sessionFile = try CSVFile(
      path: output.path(of: "sessions.csv"),
      header: Session.columns
    )
    var eventFile = try CSVFile(
      path: output.path(of: "events.csv"),
      header: ["session", "user", "item", "event", "timestamp"]
    )
    var truthFile = try CSVFile(
      path: output.path(of: "truth.csv"),
      header: ["row", "trueProbability", "observableProbability"]
    )

    var generator = SessionGenerator(world: world)
    for day in 0..<configuration.days {
      let date = ShopCalendar.date(of: day)
      for var visit in Visit.arrivals(on: day, in: world, seed: configuration.seed) {
        let session = generator.session(after: &visit)
        let user = world.users[session.user]
        let probability = PurchaseModel.trueProbability(of: session, by: user)
        let observable = PurchaseModel.observableProbability(of: session)
        let purchased = visit.random.chance(probability)

        session.write(number: sessions, date: date, purchased: purchased, to: &sessionFile)
        try sessionFile.endRow()
        truthFile.integer(sessions)
        truthFile.number(probability, decimals: 9)
        truthFile.number(observable, decimals: 9)
        try truthFile.endRow()
        for event in session.events(purchased: purchased) {
          event.write(of: session, number: sessions, date: date, to: &eventFile)
          try eventFile.endRow()
          events += 1
        }

        sessions += 1
        labels.append(purchased)
        trueProbabilities.append(probability)
        observableProbabilities.append(observable)
      }
    }
    try sessionFile.finish()
    try eventFile.finish()
    try truthFile.finish()
    return summary()
  }

  private func summary() -> ShopSummary {
    let purchases = labels.count { label in label }
    return ShopSummary(
      generator: ShopSummary.mark,
      seed: configuration.seed,
      days: configuration.days,
      users: configuration.users,
      items: configuration.items,
      campaigns: world.campaigns.count,
      sessions: sessions,
      events: events,
      purchases: purchases,
      purchaseRate: sessions == 0 ? 0 : Double(purchases) / Double(sessions),
      bestPossibleAUC: RankCurve(scores: trueProbabilities, isPositive: labels).areaUnderCurve,
      observableAUC: RankCurve(scores: observableProbabilities, isPositive: labels).areaUnderCurve
    )
  }
}
