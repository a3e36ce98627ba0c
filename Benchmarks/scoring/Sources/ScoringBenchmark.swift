internal import ApusData
internal import ApusModel
internal import FoundationEssentials

/// Measures scoring and prints one JSON object: each figure by its name, in nanoseconds.
///
/// ```
/// apus-bench-scoring process MODEL FILE.csv FOLDER          in this process, on one thread
/// apus-bench-scoring loopback HOST:PORT MODEL FILE.csv      by a server that listens there
/// ```
/// `process` also writes the features and the scores of all rows to FOLDER, as bare 32-bit floats,
/// so that peers can be given the same input and held to the same answers.
@main
struct ScoringBenchmark {
  static func main() async throws {
    let arguments = CommandLine.arguments.dropFirst()
    var figures: [String: Double] = [:]
    switch (arguments.first, Array(arguments.dropFirst())) {
    case ("process", let words) where words.count == 3:
      let artifact = try Artifact(at: words[0])
      let table = try Table(csv: words[1], schema: artifact.manifest.transform.schema)
      figures = try ProcessScoring(artifact, table).measured(writingTo: words[2])
    case ("loopback", let words) where words.count == 3:
      let address = words[0].split(separator: ":")
      guard address.count == 2, let port = UInt16(address[1]) else { return usage() }
      let artifact = try Artifact(at: words[1])
      let table = try Table(csv: words[2], schema: artifact.manifest.transform.schema)
      figures = try await LoopbackScoring(
        host: String(address[0]), port: port, model: artifact.manifest.name, table: table,
        transform: artifact.manifest.transform
      ).measured()
    default:
      return usage()
    }
    print(String(decoding: try JSONEncoder().encode(figures), as: UTF8.self))
  }

  private static func usage() {
    print("usage: apus-bench-scoring process MODEL FILE.csv FOLDER")
    print("       apus-bench-scoring loopback HOST:PORT MODEL FILE.csv")
  }
}
