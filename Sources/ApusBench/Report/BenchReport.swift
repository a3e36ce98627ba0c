public import ApusWire

/// What a server took, beside its floors, for people and as JSON.
public struct BenchReport: Sendable, Encodable {
  /// What a load asked for.
  public enum Subject: String, Sendable, Encodable, CaseIterable {
    /// Scores.
    case score
    /// A sign of life of the same server.
    case ping
    /// A bare echo of as many bytes.
    case echo
  }

  private let server: String
  private let model: String
  private let version: String
  private let plan: LoadPlan
  private let rowsPerRequest: Double
  private let requestBytes: Int
  private let replyBytes: Int
  private var results: [Subject: LoadResult] = [:]

  /// Creates a report without results.
  ///
  /// - Parameters:
  ///   - plan: The load.
  ///   - server: Where the server listens.
  ///   - model: The model.
  ///   - requests: What is sent.
  public init(_ plan: LoadPlan, server: Endpoint, model: ModelInfo, requests: RequestSet) {
    self.plan = plan
    self.server = "\(server)"
    self.model = model.name
    version = model.version
    rowsPerRequest = requests.meanRowCount
    requestBytes = requests.requestLength
    replyBytes = requests.replyLength
  }

  /// Adds what came back.
  public mutating func add(_ subject: Subject, _ result: LoadResult) { results[subject] = result }

  /// Why the server cannot be trusted, in one sentence; `nil` if each request got its own reply.
  public var fault: String? {
    for (subject, result) in results where !result.isComplete {
      return "\(subject.rawValue): \(result.lost) requests got no reply, \(result.mismatched)"
        + " replies were not theirs, and \(result.answered) of \(result.sent) were answered"
    }
    return nil
  }

  /// Some lines for people.
  public var text: String {
    let rows = rowsPerRequest == 1 ? "1 row" : "\(rowsPerRequest.text(1)) rows"
    var lines = [
      "\(server), model \(model) version \(version), \(rows) a request"
        + " (\(requestBytes) bytes, \(replyBytes) back)",
      "\(plan.text)", "",
    ]
    for subject in Subject.allCases {
      guard let result = results[subject] else { continue }
      lines += result.lines(
        named: subject.rawValue, plan, rows: subject == .score ? rowsPerRequest : 0)
    }
    if let score = results[.score] {
      for floor in [Subject.ping, .echo] {
        guard let result = results[floor] else { continue }
        lines.append("score over \(floor.rawValue): " + score.ratios(to: result))
      }
      lines.append(score.counts)
    }
    return lines.joined(separator: "\n")
  }

  private enum CodingKeys: String, CodingKey {
    case server, model, version, plan, rowsPerRequest, requestBytes, replyBytes, results
  }

  /// Writes the report with its figures in microseconds.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(server, forKey: .server)
    try container.encode(model, forKey: .model)
    try container.encode(version, forKey: .version)
    try container.encode(plan, forKey: .plan)
    try container.encode(rowsPerRequest, forKey: .rowsPerRequest)
    try container.encode(requestBytes, forKey: .requestBytes)
    try container.encode(replyBytes, forKey: .replyBytes)
    try container.encode(
      Dictionary(uniqueKeysWithValues: results.map { ($0.rawValue, ResultFigures($1)) }),
      forKey: .results)
  }
}
