internal import ApusBench
internal import ArgumentParser

/// `apus bench model`: what a server's answers take, beside what this machine allows.
struct BenchModel: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "model",
    abstract: "Measure a model on a running server; what `apus bench` does by itself.",
    discussion: """
      Beside the model it measures PING on the same server, which is the cost of a request without
      a model, and a bare echo of as many bytes, which is what the sockets of this machine take.
      Ratios to them can be compared between machines; microseconds cannot. A request that gets no
      reply, or another's, makes the exit code 70.
      """)

  @Option(help: "The server, as HOST:PORT.")
  var connect = Address(host: "127.0.0.1", port: 7411)

  @Option(help: "The server's socket of this machine, instead of HOST:PORT.")
  var unix: String?

  @OptionGroup var load: BenchLoadOptions

  @OptionGroup var content: BenchContentOptions

  @OptionGroup var floors: BenchFloorOptions

  @Flag(help: "Print one JSON object.")
  var json = false

  func validate() throws {
    if let fault = load.plan.fault { throw ValidationError(fault) }
  }

  func run() throws {
    let (plan, rows) = (load.plan, content.described)
    let endpoint = unix.map { .unix(path: $0) } ?? connect.endpoint
    let info = try ServerUnderLoad(endpoint).modelInfo(rows.model)
    let requests = try rows.requests(for: info, seed: plan.seed)
    var report = BenchReport(plan, server: endpoint, model: info, requests: requests)
    func measured(_ plan: LoadPlan, _ content: BenchJob.Content) throws -> LoadResult {
      try BenchJob(plan: plan, endpoint: endpoint, content: content).run(processes: load.processes)
    }
    if !floors.areOmitted {
      report.add(.ping, try measured(plan.shortened, .ping))
      report.add(
        .echo,
        try floors.echo(plan.shortened, requests, over: endpoint, processes: load.processes))
    }
    report.add(.score, try measured(plan, .scores(rows)))
    json ? try Terminal.print(json: report) : Terminal.print(report.text)
    if let fault = report.fault { throw Failure.internalFault(fault) }
  }
}

extension Address {
  /// The address as the generator takes it.
  var endpoint: Endpoint { .tcp(host: host, port: port) }
}
