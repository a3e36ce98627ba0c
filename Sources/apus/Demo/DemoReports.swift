internal import FoundationEssentials

/// What `apus train --json` tells.
struct TrainReport: Decodable, Equatable {
  /// The folder of the sealed version.
  let artifact: String
  /// The rows after cleaning.
  let rows: Int
  /// The rows that repeated an earlier one.
  let duplicatesDropped: Int
  /// The device that trained.
  let device: String
  /// The passes over the training rows.
  let epochsRun: Int
  /// The seconds that those took.
  let trainSeconds: Double
}

/// What `apus evaluate --json` tells.
struct EvaluateReport: Decodable, Equatable {
  /// The figures that the model's loss has.
  let metrics: Metrics

  /// The figures that the demo shows; those that the loss does not have are nil.
  struct Metrics: Decodable, Equatable {
    /// The rows that were scored.
    let rows: Int
    /// The area under the ROC curve, where the label has two classes.
    let auc: Double?
    /// The share of rows whose class is right, where the label has classes.
    let accuracy: Double?
    /// The mean squared error, where the label is a number.
    let mse: Double?
    /// The mean absolute error, where the label is a number.
    let mae: Double?
  }
}

/// The one line that `apus serve` prints when it is ready.
struct ServeReport: Decodable, Equatable {
  /// Always true.
  let ready: Bool
  /// The address that it listens on, `HOST:PORT`.
  let address: String

  /// The host and the port of the address.
  ///
  /// - Throws: ``DemoError`` with code `report`.
  func endpoint() throws(DemoError) -> (host: String, port: Int) {
    let parts = address.split(separator: ":")
    guard ready, parts.count == 2, let port = Int(parts[1]), 1...65_535 ~= port else {
      throw DemoError(.report, "apus serve says that it listens on \"\(address)\"")
    }
    return (String(parts[0]), port)
  }
}

extension Decodable {
  /// Decodes what a step wrote.
  ///
  /// - Parameters:
  ///   - json: One JSON object.
  ///   - step: The step, for the message.
  /// - Throws: ``DemoError`` with code `report`.
  init(json: some Sequence<UInt8>, from step: String) throws(DemoError) {
    do {
      self = try JSONDecoder().decode(Self.self, from: Data(json))
    } catch {
      throw DemoError(.report, "\(step) wrote no report that can be read: \(error)")
    }
  }
}
