internal import ApusBench
internal import ApusClient
internal import ApusData
internal import ApusMetrics
internal import ApusModel
internal import ApusTraining
internal import ApusWire
internal import ArgumentParser
internal import FoundationEssentials

/// The steps of the demo, each a command that the user could type.
struct DemoRun: Sendable {
  /// What to train and test on.
  let data: DemoData
  /// The device, as the command line names it.
  let device: String
  /// Where all files go.
  let folder: String

  private static let modelName = "demo"
  private static let validationShare = 0.1
  private static let batchSize = 4096
  private static let oneByOneLimit = 10_000

  private var model: String { "\(folder)/models/\(Self.modelName)" }

  /// Runs all steps and prints the table.
  ///
  /// - Throws: ``DemoError``, or `ExitCode` where a step has printed already why it failed.
  func run() async throws {
    say("Apus demo: \(data.origin).")
    let trained = try await train()
    let evaluated = try await evaluate().metrics
    var table = DemoTable()
    describe(trained, evaluated, in: &table)
    try await serve { endpoint in
      try await score(at: endpoint, evaluated, in: &table)
    }
    say("\n\(table.text)\n")
    say(
      """
      Everything is in \(folder):
        train.csv, test.csv   the rows
        models/\(Self.modelName)           the sealed model; look at it with: apus inspect \(model)
      """)
  }

  private func train() async throws -> TrainReport {
    var arguments = [
      "train", "--data", data.trainPath, "--label", data.label, "--output", model,
      "--validation", "\(Self.validationShare)", "--test", "0", "--seed", "\(DemoData.seed)",
      "--device", device, "--json",
    ]
    if !data.dropped.isEmpty { arguments += ["--drop", data.dropped.joined(separator: ",")] }
    return try await report(arguments)
  }

  private func evaluate() async throws -> EvaluateReport {
    try await report([
      "evaluate", "--model", model, "--data", data.testPath, "--device", device, "--json",
    ])
  }

  private func describe(
    _ trained: TrainReport, _ evaluated: EvaluateReport.Metrics, in table: inout DemoTable
  ) {
    let duplicates = Format.grouped(data.duplicateCount + trained.duplicatesDropped)
    table.add("rows to train on", Format.grouped(trained.rows), "\(duplicates) duplicates dropped")
    table.add("rows to test on", Format.grouped(evaluated.rows), "one in five, never trained on")
    table.add("device", trained.device)
    let trainingRows = trained.rows - Int(Double(trained.rows) * Self.validationShare)
    table.add(
      "training",
      Format.rate(rows: trainingRows * trained.epochsRun, seconds: trained.trainSeconds),
      "\(trained.epochsRun) epochs in \(Format.fixed(trained.trainSeconds, decimals: 2)) s")
    if let auc = evaluated.auc {
      let best = data.bestPossibleAUC.map { best in
        "best possible on these rows: \(Format.fixed(best, decimals: 4))"
      }
      table.add("AUC", Format.fixed(auc, decimals: 4), best ?? "on the rows to test on")
    }
    if let accuracy = evaluated.accuracy { table.add("accuracy", Format.percent(accuracy)) }
    if let mse = evaluated.mse { table.add("mean squared error", Format.fixed(mse, decimals: 4)) }
    if let mae = evaluated.mae { table.add("mean absolute error", Format.fixed(mae, decimals: 4)) }
  }

  /// Runs a step to its end and reads what it reports.
  private func report<Report: Decodable>(_ arguments: [String]) async throws -> Report {
    let step = "apus \(arguments[0])"
    say("\n$ apus \(arguments.joined(separator: " "))")
    let output = "\(folder)/\(arguments[0]).json"
    var process = try ChildProcess.start(arguments, output: output)
    switch try await process.wait() {
    case .exited(0): break
    // The step has said why, on the standard error that it shares with this process.
    case .exited(let code): throw ExitCode(code)
    case .killed(let signal): throw DemoError(.step, "\(step) was ended by signal \(signal)")
    }
    return try Report(json: try contents(output), from: step)
  }

  /// Serves the models while `body` runs.
  private func serve(_ body: ((host: String, port: Int)) async throws -> Void) async throws {
    let arguments = [
      "serve", "--models", "\(folder)/models", "--listen", "127.0.0.1:0", "--device", device,
    ]
    say("\n$ apus \(arguments.joined(separator: " "))")
    let (output, log) = ("\(folder)/serve.json", "\(folder)/serve.log")
    var server = try ChildProcess.start(arguments, output: output, errors: .file(log))
    let deadline = ContinuousClock.now + .seconds(20)
    var line: ArraySlice<UInt8>?
    while line == nil {
      if server.endingSoFar() != nil {
        let words = String(decoding: try contents(log), as: UTF8.self)
        let last = words.split(separator: "\n").last ?? "it does not say why"
        throw DemoError(.step, "apus serve ended before it was ready: \(last)")
      }
      guard ContinuousClock.now < deadline else {
        throw DemoError(.step, "apus serve was not ready after 20 s; see \(log)")
      }
      try await Task.sleep(for: .milliseconds(5))
      let written = try contents(output)
      line = written.firstIndex(of: 10).map { end in written[..<end] }
    }
    let ready = try ServeReport(json: line ?? [], from: "apus serve")
    say("  listening on \(ready.address)")
    try await body(try ready.endpoint())
    let ending = try await server.stop(within: .seconds(10))
    guard ending == .exited(0) else {
      throw DemoError(.step, "apus serve did not stop cleanly on SIGTERM: \(ending); see \(log)")
    }
    say("  stopped by SIGTERM, exit code 0")
  }

  private func score(
    at endpoint: (host: String, port: Int), _ evaluated: EvaluateReport.Metrics,
    in table: inout DemoTable
  ) async throws {
    let client = try await Client.connect(host: endpoint.host, port: endpoint.port)
    let model = try await client.modelInfo(Self.modelName)
    let rows = try RemoteColumns(try ReadingOptions.parse(["--data", data.testPath]), model: model)
    let floor = try EchoFloor.measure(roundTrips: 2000)
    let single = try await WireScoring(
      client, model, rows, limit: Self.oneByOneLimit, warmUp: 500)
    // The first batches make the server grow its buffers.
    _ = try await rows.score(by: client, model: model, batchSize: Self.batchSize)
    let clock = ContinuousClock()
    let start = clock.now
    let batched = try await rows.score(by: client, model: model, batchSize: Self.batchSize)
    let seconds = (clock.now - start).inSeconds
    await client.close()

    let difference = zip(single.scores, batched).map { abs($0 - $1) }.max() ?? 0
    guard difference <= 1e-5 else {
      throw DemoError(.scores, "one by one and in batches, scores differ by \(difference)")
    }
    say(
      "  scored \(Format.grouped(single.scores.count / model.outputWidth)) rows one by one and"
        + " \(Format.grouped(rows.rowCount)) in batches: "
        + (difference == 0 ? "the same bits" : "at most \(difference) apart"))
    try verify(batched, evaluated)

    for (name, percent) in [("p50", 50.0), ("p99", 99.0)] {
      table.add(
        "one row over TCP, \(name)",
        Format.microseconds(single.latencies.nanoseconds(atPercentile: percent)),
        "a bare TCP echo: \(Format.microseconds(floor.nanoseconds(atPercentile: percent)))")
    }
    table.add(
      "batches of \(Format.grouped(Self.batchSize)) over TCP",
      Format.rate(rows: rows.rowCount, seconds: seconds),
      "raw columns; the server transforms them")
  }

  /// Verifies that the scores from the wire are as good as `apus evaluate` says.
  private func verify(_ scores: [Float], _ evaluated: EvaluateReport.Metrics) throws {
    guard let expected = evaluated.auc else { return }
    let schema = try Artifact(at: model).manifest.transform.schema
    let test = try Table(csv: data.testPath, schema: schema, includingLabel: true)
    let found =
      RankCurve(
        scores: scores.map(Double.init),
        isPositive: try schema.label.values(in: test).map { $0 == 1 }
      ).areaUnderCurve ?? 0
    guard abs(expected - found) <= 1e-4 else {
      throw DemoError(.scores, "the AUC is \(found) over the wire and \(expected) without it")
    }
  }

  private func contents(_ path: String) throws(DemoError) -> [UInt8] {
    do {
      return [UInt8](try Data(contentsOf: URL(filePath: path)))
    } catch {
      throw DemoError(.fileSystem, "\(path) cannot be read: \(error)")
    }
  }

  private func say(_ line: String) { Terminal.print(line) }
}
