internal import ApusClient
internal import ApusData
internal import ApusModel
internal import ApusWire
internal import Foundation

/// Scores with the names of their columns.
struct ScoredRows {
  /// The scores, row by row.
  let scores: [Float]
  /// The names of a row's scores; empty where there is one.
  let names: [String]
  /// The device that computed them.
  let device: String

  /// Takes the scores of a file.
  ///
  /// - Throws: `Failure` naming the first row without a finite score, so that no file is written
  ///   that looks complete and is not.
  init(scores: [Float], names: [String], device: String, of path: String) throws {
    self.scores = scores
    self.names = names
    self.device = device
    if let index = scores.firstIndex(where: { !$0.isFinite }) {
      throw Failure.noScore(path, row: index / width)
    }
  }

  var width: Int { max(1, names.count) }
  var rowCount: Int { scores.count / width }

  /// Writes `row,score`, or `row,score_CLASS,...` where a row has several scores; each number reads
  /// back to the same float.
  ///
  /// - Throws: `Failure` when the file cannot be written; then nothing is left of it.
  func write(to path: String) throws {
    let columns = ["row"] + (names.isEmpty ? ["score"] : names.map { "score_\($0)" })
    var text = columns.map(CSVField.quoted).joined(separator: ",") + "\n"
    for row in 0..<rowCount {
      text += String(row)
      for score in scores[row * width..<(row + 1) * width] { text += ",\(score)" }
      text += "\n"
    }
    try OutputFile.write(Data(text.utf8), to: path)
  }
}

extension ScoredRows {
  /// Scores a file through a server, `batchSize` rows in a request, many requests in flight.
  init(
    from address: Address, proof: TokenOptions, tls: ClientTLS?, model name: String,
    reading: ReadingOptions, batchSize: Int
  ) async throws {
    var configuration = ClientConfiguration()
    configuration.token = try proof.token
    configuration.tls = tls
    let client = try await Client.connect(
      to: .tcp(host: address.host, port: address.port), configuration: configuration)
    do {
      let model = try await client.modelInfo(name)
      let columns = try RemoteColumns(reading, model: model)
      try self.init(
        scores: try await columns.score(by: client, model: model, batchSize: batchSize),
        names: model.outputWidth == 1 ? [] : model.outputNames, device: model.device,
        of: reading.data)
    } catch {
      await client.close()
      throw error
    }
    await client.close()
  }
}

extension Artifact {
  /// The names of a row's scores: the classes where there are several, else none.
  var outputNames: [String] {
    outputWidth == 1 ? [] : manifest.transform.schema.label.classes
  }
}
