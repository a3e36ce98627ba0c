internal import ApusBench
internal import ArgumentParser

/// How much load is put on a server, and for how long.
struct BenchLoadOptions: ParsableArguments {
  @Option(help: "The connections.")
  var connections = 1

  @Option(help: "The requests outstanding on each connection.")
  var depth = 1

  @Option(
    help: ArgumentHelp(
      "Begin so many requests a second at equal distances, whatever the server does; latency"
        + " then counts from when a request was due.", valueName: "per-second"))
  var rate: Double?

  @Option(
    help: ArgumentHelp(
      "The same with random distances, as of independent users.",
      valueName: "per-second"))
  var poisson: Double?

  @Option(help: "Seconds before anything is counted.")
  var warmUp = 1.0

  @Option(help: "Seconds that count.")
  var duration = 10.0

  @Option(help: "How replies are waited for: epoll, spin or block.")
  var io = BenchWaiting.epoll

  @Option(help: "The processors that the generator keeps to, one for each process.")
  var cpu: CommaSeparated<Int>?

  @Option(help: "The processes that put the load on, where one core is not enough.")
  var processes = 1

  @Option(help: "Chooses random rows and times.")
  var seed: UInt64 = 1

  /// The plan that the options describe.
  var plan: LoadPlan {
    var plan = LoadPlan()
    plan.arrivals =
      if let poisson { .poisson(perSecond: poisson) } else if let rate {
        .fixed(perSecond: rate)
      } else { .closedLoop }
    plan.connections = connections
    plan.depth = depth
    plan.warmUpSeconds = warmUp
    plan.durationSeconds = duration
    plan.waiting = io.waiting
    plan.processors = cpu?.elements ?? []
    plan.seed = seed
    return plan
  }

  func validate() throws {
    if !(1...max(1, connections)).contains(processes) {
      throw ValidationError("--processes is at least 1 and at most --connections")
    }
    if rate != nil, poisson != nil { throw ValidationError("give --rate or --poisson, not both") }
  }
}

/// How replies are waited for, as a word of the command line.
enum BenchWaiting: String, ExpressibleByArgument, CaseIterable {
  case epoll, spin, block

  /// The same for the generator.
  var waiting: LoadPlan.Waiting {
    switch self {
    case .epoll: .epoll
    case .spin: .spin
    case .block: .block
    }
  }
}

extension LoadPlan {
  /// The plan of a floor, which is steady sooner than a server.
  var shortened: LoadPlan {
    var plan = self
    plan.durationSeconds = min(durationSeconds, max(1, durationSeconds / 4))
    return plan
  }
}
