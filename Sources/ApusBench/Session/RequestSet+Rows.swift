public import ApusWire
internal import NIOCore

extension RequestSet {
  /// The bytes that are kept ready at most, unless one request alone is longer.
  private static let preparedLength = 4 << 20
  /// The requests that are kept ready at most.
  private static let preparedCount = 256

  /// Requests of random rows of finished features, normally distributed.
  ///
  /// - Parameters:
  ///   - model: The model that scores them.
  ///   - rowCount: The rows of each request.
  ///   - budgetMicroseconds: How long a reply is of use; 0 for the server's default.
  ///   - seed: Chooses the rows.
  /// - Returns: The requests.
  public static func floatRows(
    _ model: ModelInfo, rowCount: Int, budgetMicroseconds: UInt32 = 0, seed: UInt64
  ) -> RequestSet {
    var generator = SplitMix64(seed: seed)
    return prepared(model, count: preparedCount, rowCount: rowCount) { _, buffer in
      let rows = (0..<rowCount * model.featureWidth).map { _ in Float(generator.normal()) }
      ScoreRequest.encode(
        floatRows: rows.span, rowCount: rowCount, model: model.handle,
        schemaHash: model.schemaHash, correlationID: 1, budgetMicroseconds: budgetMicroseconds,
        into: &buffer)
    }
  }

  /// Requests of random values of the model's raw columns.
  ///
  /// - Parameters:
  ///   - model: The model that scores them.
  ///   - rowCount: The rows of each request.
  ///   - budgetMicroseconds: How long a reply is of use; 0 for the server's default.
  ///   - seed: Chooses the values.
  /// - Returns: The requests.
  public static func rawRows(
    _ model: ModelInfo, rowCount: Int, budgetMicroseconds: UInt32 = 0, seed: UInt64
  ) -> RequestSet {
    var generator = SplitMix64(seed: seed)
    let batches = (0..<preparedCount).map { _ in
      model.columns.map { $0.random(rowCount, &generator) }
    }
    return rawRows(model, batches, budgetMicroseconds: budgetMicroseconds)
  }

  /// Requests of given values of the model's raw columns.
  ///
  /// - Parameters:
  ///   - model: The model that scores them.
  ///   - batches: For each request the columns in the model's order; at least one request.
  ///   - budgetMicroseconds: How long a reply is of use; 0 for the server's default.
  /// - Returns: The requests.
  public static func rawRows(
    _ model: ModelInfo, _ batches: [[RawColumn]], budgetMicroseconds: UInt32 = 0
  ) -> RequestSet {
    precondition(!batches.isEmpty, "there are \(batches.count) requests")
    let rowCount = batches.lazy.compactMap(\.first?.rowCount).max() ?? 0
    return prepared(model, count: batches.count, rowCount: rowCount) { index, buffer in
      ScoreRequest.encode(
        columns: batches[index], model: model.handle, schemaHash: model.schemaHash,
        correlationID: 1, budgetMicroseconds: budgetMicroseconds, into: &buffer)
    }
  }

  private static func prepared(
    _ model: ModelInfo, count: Int, rowCount: Int, _ write: (Int, inout ByteBuffer) -> Void
  ) -> RequestSet {
    var frames: [RequestFrame] = []
    var length = 0
    repeat {
      var buffer = ByteBuffer()
      write(frames.count, &buffer)
      length += buffer.readableBytes
      frames.append(RequestFrame(Array(buffer.readableBytesView), rowCount: rowCount))
    } while frames.count < count && length < preparedLength
    return RequestSet(
      frames, replyLength: scoreReplyLength(model.handle, rowCount, width: model.outputWidth))
  }

  /// The bytes of the frame that answers a request for scores.
  static func scoreReplyLength(_ model: ModelHandle, _ rowCount: Int, width: Int) -> Int {
    let reply = ScoreReply(
      model: model, rowCount: rowCount, outputWidth: width,
      scores: [Float](repeating: 0, count: rowCount * width))
    var buffer = ByteBuffer()
    reply.encode(into: &buffer, correlationID: 1)
    return buffer.readableBytes
  }
}

extension ModelInfo.Column {
  /// The texts of a column whose categories the model keeps to itself.
  private static let words = ["ash", "birch", "cedar", "elm", "fir", "larch", "oak", "pine"]

  /// Random values that the column can take.
  fileprivate func random(_ rowCount: Int, _ generator: inout SplitMix64) -> RawColumn {
    let texts = categories.isEmpty ? Self.words : categories
    var numbers: [Double?] = []
    var strings: [String?] = []
    for _ in 0..<rowCount {
      switch valueKind {
      case .boolean: numbers.append(generator.uniform() < 0.5 ? 0 : 1)
      case .integer: numbers.append((10 * generator.normal()).rounded())
      case .real: numbers.append(generator.normal())
      case .timestamp: numbers.append(1_700_000_000 + (86_400 * generator.normal()).rounded())
      case .category, .text: strings.append(texts.randomElement(using: &generator))
      }
    }
    switch kind {
    case .boolean: return .booleans(numbers.map { $0.map { $0 != 0 } })
    case .number: return .numbers(numbers)
    case .category: return .categories(strings)
    }
  }
}
