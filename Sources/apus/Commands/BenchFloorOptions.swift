internal import ApusBench
internal import ArgumentParser

/// The floors that are measured beside a server.
struct BenchFloorOptions: ParsableArguments {
  @Flag(name: .customLong("no-floors"), help: "Measure the model alone.")
  var areOmitted = false

  @Option(help: "The processor of the bare echo's server; give it your server's.")
  var echoCpu: Int?

  @Flag(help: "Let the bare echo's server poll, as yours does with --busy-poll.")
  var echoSpin = false

  /// Measures a bare echo of as many bytes as a request and its reply have.
  func echo(
    _ plan: LoadPlan, _ requests: RequestSet, over endpoint: Endpoint, processes: Int
  ) throws -> LoadResult {
    // An echo cannot send back more than it got.
    let replyLength = min(requests.replyLength, requests.requestLength)
    var arguments = [
      "bench", "echo-server", "--request-bytes", "\(requests.requestLength)", "--reply-bytes",
      "\(replyLength)",
    ]
    var path: String?
    if case .unix(let server) = endpoint {
      path = server + ".echo"
      arguments += ["--unix", server + ".echo"]
    }
    if let echoCpu { arguments += ["--cpu", "\(echoCpu)"] }
    if echoSpin { arguments += ["--io", "spin"] }
    let process = try HelperProcess(arguments)
    let line = try process.line()
    let echo = path.map { Endpoint.unix(path: $0) } ?? .tcp(host: "127.0.0.1", port: Int(line) ?? 0)
    let content = BenchJob.Content.echo(
      requestLength: requests.requestLength, replyLength: replyLength)
    return try withExtendedLifetime(process) {
      try BenchJob(plan: plan, endpoint: echo, content: content).run(processes: processes)
    }
  }
}
