public import NIOCore

/// The reply to SCORE or EXTRACT: scores or embeddings of all rows, in the order of the request.
public struct ScoreReply: Equatable, Sendable {
  /// The bytes of the fixed block.
  static let blockLength = 32

  /// The bytes of a body beside scores and statuses: block, paddings and extensions, generously.
  package static let overheadLength = 160

  /// The model that scored all rows.
  public let model: ModelHandle

  /// The rows.
  public let rowCount: Int

  /// The scores per row.
  public let outputWidth: Int

  /// `rowCount` times `outputWidth` scores, row after row; those of a failed row are 0.
  public let scores: [Float]

  /// For each row `nil` or the code of its failure; empty where no row failed.
  public let failures: [WireError.Code?]

  /// What comes along: the trace id of the request, and where its time went.
  public var extensions: Extensions

  /// Creates a reply.
  ///
  /// - Parameters:
  ///   - model: The model that scored all rows.
  ///   - rowCount: The rows.
  ///   - outputWidth: The scores per row.
  ///   - scores: The scores, row after row.
  ///   - failures: For each row `nil` or the code of its failure; empty where no row failed.
  ///   - extensions: What goes along.
  public init(
    model: ModelHandle,
    rowCount: Int,
    outputWidth: Int,
    scores: [Float],
    failures: [WireError.Code?] = [],
    extensions: Extensions = Extensions()
  ) {
    precondition(
      scores.count == rowCount * outputWidth,
      "\(scores.count) scores are not \(rowCount) rows of \(outputWidth)"
    )
    precondition(
      failures.isEmpty || failures.count == rowCount,
      "\(failures.count) states for \(rowCount) rows"
    )
    self.model = model
    self.rowCount = rowCount
    self.outputWidth = outputWidth
    self.scores = scores
    self.failures = failures
    self.extensions = extensions
  }
}

extension ScoreReply: Message {
  /// SCORE_OK.
  public static let type = FrameType.scoreOK

  /// Reads the message from a body.
  public init(decoding body: ByteBuffer) throws(WireError) {
    var reader = try BodyReader(body.readableBytesSpan, blockLength: Self.blockLength)
    extensions = reader.extensions
    model = ModelHandle(rawValue: reader.read(UInt32.self))
    rowCount = Int(reader.read(UInt32.self))
    outputWidth = Int(reader.read(UInt32.self))
    let hasStatuses = try reader.readBoolean()
    try reader.readReserved(3)
    let failedCount = Int(reader.read(UInt32.self))
    try reader.readReserved(4)

    let (cells, overflow) = rowCount.multipliedReportingOverflow(by: outputWidth)
    guard !overflow, cells <= reader.data.count / 4, let scoreBytes = reader.data.take(cells * 4)
    else {
      throw .protocolViolation("rows times scores do not match the body")
    }
    scores = scoreBytes.floats()
    var failures: [WireError.Code?] = []
    if hasStatuses {
      guard let padding = reader.data.take(-(cells * 4) & 7), padding.isZero,
        rowCount <= reader.data.count / 2
      else {
        throw .protocolViolation("rows do not match the statuses of the body")
      }
      for _ in 0..<rowCount {
        let status = try reader.readData(UInt16.self)
        failures.append(status == 0 ? nil : WireError.Code(rawValue: status))
      }
    }
    try reader.finish()
    let failed = failures.lazy.filter { $0 != nil }.count
    guard failed == failedCount, (failed > 0) == hasStatuses else {
      throw .protocolViolation("the count of failed rows does not match their statuses")
    }
    self.failures = failures
  }

  /// Writes the body.
  public func encodeBody(into buffer: inout ByteBuffer) {
    Self.writeBody(
      scores: scores.span, rowCount: rowCount, outputWidth: outputWidth, model: model,
      failures: failures, into: &buffer)
  }
}
