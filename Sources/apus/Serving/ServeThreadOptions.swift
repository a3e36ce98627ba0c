internal import ApusServing
internal import ArgumentParser

/// How many threads serve, where they run, and what is paid for waking them.
struct ServeThreadOptions: ParsableArguments {
  @Option(help: "The threads that read, write and score small requests.")
  var eventLoops = ServerConfiguration().eventLoopThreads

  @Option(help: "The threads that score large requests.")
  var scoringThreads = ServerConfiguration().scoringThreads

  @Option(help: "The processors that the event loops stay on, as 0,2,4.")
  var pin = ProcessorList()

  @Flag(inversion: .prefixedNo, help: "Keep processors from halting: faster wake-ups, more power.")
  var keepAwake = false

  @Flag(
    inversion: .prefixedNo,
    help: "Ask sockets without pause: a whole processor for each event loop.")
  var busyPoll = false

  /// What is paid for the time that an idle processor takes to wake up.
  var latencyMode: LatencyMode { busyPoll ? .busyPoll : keepAwake ? .keepAwake : .normal }

  func validate() throws {
    try require(eventLoops, in: 1...256, "--event-loops")
    try require(scoringThreads, in: 1...256, "--scoring-threads")
    let allowed = ServerConfiguration.allowedProcessors
    for processor in pin.processors where !allowed.contains(processor) {
      throw ValidationError(
        "--pin names processor \(processor), and this process may run on "
          + allowed.map(String.init).joined(separator: ","))
    }
    if keepAwake, busyPoll {
      throw ValidationError("--keep-awake and --busy-poll exclude each other")
    }
  }
}

/// Processors by their numbers, with commas between.
struct ProcessorList: ExpressibleByArgument, CustomStringConvertible {
  var processors: [Int] = []

  init() {}

  init?(argument: String) {
    for word in argument.split(separator: ",", omittingEmptySubsequences: false) {
      guard let processor = Int(word), 0..<4096 ~= processor else { return nil }
      processors.append(processor)
    }
  }

  var description: String { processors.map(String.init).joined(separator: ",") }

  var defaultValueDescription: String { processors.isEmpty ? "any" : description }
}
