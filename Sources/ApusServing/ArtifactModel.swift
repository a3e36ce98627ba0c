internal import ApusCompute
internal import ApusData
public import ApusModel
public import ApusWire

/// A sealed model behind the protocol: the artifact's own transforms and net.
public struct ArtifactModel: ServedModel {
  /// The description that clients see.
  public let info: ModelInfo

  /// The count of weights: each is multiplied once per row.
  public let multiplyAddsPerRow: Int

  /// Whether the scorer's device is the CPU.
  public let isOnCPU: Bool

  private let scorer: Scorer
  private let columns: [Schema.Column]

  /// Serves a model that is ready on its device.
  public init(_ scorer: Scorer) {
    let manifest = scorer.manifest
    self.scorer = scorer
    multiplyAddsPerRow = manifest.graph.variables.reduce(0) { $0 + $1.shape.count(batchSize: 1) }
    isOnCPU = scorer.device.kind == .cpu
    columns = manifest.transform.schema.columns
    let label = manifest.transform.schema.label
    info = ModelInfo(
      handle: ModelHandle(rawValue: 0), name: manifest.name, version: String(manifest.version),
      schemaHash: manifest.transform.schema.hash, task: manifest.loss.task,
      featureWidth: scorer.featureWidth, outputWidth: scorer.outputWidth,
      embeddingWidth: scorer.embeddingWidth,
      outputNames: scorer.outputWidth == 1 ? [] : label.classes,
      columns: columns.map { ModelInfo.Column(name: $0.name, valueKind: $0.kind.valueKind) },
      device: scorer.device.selector, digest: manifest.seal.bytes)
  }

  /// Scores rows of finished features.
  public func score(
    floatRows: Span<Float>, rowCount: Int, into scores: inout MutableSpan<Float>
  ) throws(ScoringError) {
    do {
      try scorer.score(features: floatRows, rowCount: rowCount, into: &scores)
    } catch {
      throw ScoringError(error, columns: columns)
    }
  }

  /// Computes the embeddings of rows of finished features.
  public func extract(
    floatRows: Span<Float>, rowCount: Int, into embeddings: inout MutableSpan<Float>
  ) throws(ScoringError) {
    do {
      try scorer.embed(features: floatRows, rowCount: rowCount, into: &embeddings)
    } catch {
      throw ScoringError(error, columns: columns)
    }
  }

  /// Runs the golden rows.
  public func verify() throws(ScoringError) {
    do {
      try scorer.verifyGoldenRows()
    } catch {
      throw ScoringError(error, columns: columns)
    }
  }

  /// Turns raw values into features by the artifact's transforms.
  public func transform(
    _ values: [RawColumn], rowCount: Int, into rows: inout MutableSpan<Float>
  ) throws(ScoringError) {
    do throws(DataError) {
      try scorer.encoder.write(rowCount: rowCount, into: &rows) { column in
        FeatureEncoder.Values(values[column])
      }
    } catch {
      throw ScoringError(error, columns: columns)
    }
  }
}

extension ArtifactModel {
  /// Whether the artifact's transform only scales numbers.
  public var takesNumbers: Bool { scorer.encoder.isScaling }

  /// Scales numbers.
  public func transform(
    numbers: Span<Double>, rowCount: Int, into rows: inout MutableSpan<Float>
  ) {
    scorer.encoder.writeScaled(numbers, rowCount: rowCount, into: &rows)
  }
}

extension ScoringError {
  /// What a client is told about a failure of the scorer.
  fileprivate init(_ error: any Error, columns: [Schema.Column]) {
    switch error {
    case let error as DataError:
      let column = columns.firstIndex { $0.name == error.column } ?? 0
      self = .badInput("a value cannot be used", row: error.row ?? 0, column: column)
    case is ComputeError: self = .device
    default: self = .internal
    }
  }
}

extension Loss {
  fileprivate var task: ModelInfo.Task {
    switch self {
    case .binaryCrossEntropy: .binaryClassification
    case .softmaxCrossEntropy: .classification
    case .meanSquaredError, .meanAbsoluteError: .regression
    }
  }
}

extension ColumnKind {
  fileprivate var valueKind: ModelInfo.Column.ValueKind {
    switch self {
    case .boolean: .boolean
    case .integer: .integer
    case .real: .real
    case .category: .category
    case .text: .text
    case .timestamp: .timestamp
    }
  }
}

extension FeatureEncoder.Values {
  /// The values of a column of a request as the transforms take them.
  fileprivate init(_ raw: RawColumn) {
    // Most columns of most requests miss nothing, and a generic sequence takes longer than a score.
    let missing =
      raw.missing.isEmpty
      ? RowMask() : RowMask(raw.missing.indices.lazy.filter { raw.missing[$0] })
    switch raw.values {
    case .numbers(let numbers):
      self.init(.numbers(ColumnValues(numbers)), missing: missing)
    case .booleans(let booleans):
      self.init(.numbers(ColumnValues(booleans.map { $0 ? 1 : 0 })), missing: missing)
    case .categories(let dictionary, let codes):
      self.init(
        .strings(dictionary: dictionary, codes: ColumnValues(codes)), missing: missing)
    }
  }
}
