internal import ApusCompute
internal import ApusClient
internal import ApusData
internal import ApusModel
internal import ApusTraining
internal import ApusWire
internal import ArgumentParser

/// `apus score`: one score for each row of a file, here or by a server.
struct Score: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Score every row of a CSV file, with a local model or through a server.",
    discussion: """
      Examples:
        apus score --model models/visits --data visits.csv --output scores.csv
        apus score --connect 127.0.0.1:7411 --model visits --data visits.csv --output scores.csv

      The scores do not depend on the batch size: not in one bit.
      """)

  @Option(help: "The model's folder; with --connect, the model's name.")
  var model: String

  @Option(help: "The server, as HOST:PORT.")
  var connect: Address?

  @OptionGroup var proof: TokenOptions
  @OptionGroup var encryption: ClientTLSOptions
  @OptionGroup var reading: ReadingOptions
  @OptionGroup var device: DeviceOptions

  @Option(help: "The file to write.")
  var output: String

  @Option(help: "The rows that are scored at once.")
  var batchSize = 4096

  @Flag(help: "Print one JSON object.")
  var json = false

  private struct Report: Encodable {
    let rows: Int
    let output: String
    let device: String
    let seconds: Double
  }

  func validate() throws {
    guard 1...1_000_000 ~= batchSize else {
      throw ValidationError("--batch-size takes 1 to 1000000, not \(batchSize)")
    }
    guard connect != nil || !proof.isGiven else {
      throw ValidationError("--identifier and --token-file go with --connect")
    }
    guard connect != nil || !encryption.tls else {
      throw ValidationError("--tls goes with --connect")
    }
    if connect != nil, let option = device.firstGiven {
      throw ValidationError("\(option) is of no use beside --connect: the server scores")
    }
  }

  func run() async throws {
    let clock = ContinuousClock()
    let start = clock.now
    let scores: ScoredRows
    if let connect {
      scores = try await ScoredRows(
        from: connect, proof: proof, tls: encryption.settings, model: model, reading: reading,
        batchSize: batchSize)
    } else {
      scores = try scoreHere()
    }
    try scores.write(to: output)
    let seconds = (clock.now - start).inSeconds
    if json {
      try Terminal.print(
        json: Report(
          rows: scores.rowCount, output: output, device: scores.device, seconds: seconds))
    } else {
      Terminal.print("scored \(scores.rowCount) rows on \(scores.device) to \(output)")
    }
  }

  private func scoreHere() throws -> ScoredRows {
    let artifact = try Artifact(at: model)
    let table = try Table(
      csv: reading.data, schema: artifact.manifest.transform.schema, options: reading.options)
    let workload = Workload(graph: artifact.manifest.graph, rows: min(batchSize, table.rowCount))
    return try device.withBackend(for: workload) { backend in
      let scorer = try Scorer(artifact, backend: backend, batchCapacity: batchSize)
      return try ScoredRows(
        scores: try scorer.scores(of: table), names: artifact.outputNames,
        device: backend.device.selector, of: reading.data)
    }
  }
}
