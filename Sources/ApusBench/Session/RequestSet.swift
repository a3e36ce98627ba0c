public import ApusWire
internal import NIOCore

/// Requests that were made before a measurement, to be sent in turn.
public struct RequestSet: Sendable {
  /// The bytes that are kept ready at most, unless one request alone is longer.
  private static let preparedLength = 4 << 20
  /// The requests that are kept ready at most.
  private static let preparedCount = 256

  let frames: [RequestFrame]

  /// The bytes of the longest request.
  public var requestLength: Int { frames.map(\.length).max() ?? 0 }

  /// The bytes of the longest right answer.
  public let replyLength: Int

  /// The rows of the largest request.
  public var rowCount: Int { frames.map(\.rowCount).max() ?? 0 }

  /// The mean count of rows of a request.
  public var meanRowCount: Double {
    Double(frames.reduce(0) { $0 + $1.rowCount }) / Double(max(1, frames.count))
  }

  init(_ frames: [RequestFrame], replyLength: Int) {
    self.frames = frames
    self.replyLength = replyLength
  }

  /// The sign of life: what a request costs without a model.
  public static var ping: RequestSet {
    let frame = RequestFrame(Ping(number: 1))
    return RequestSet([frame], replyLength: frame.length)
  }

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
    return prepared(model, rowCount: rowCount) { buffer in
      let rows = (0..<rowCount * model.featureWidth).map { _ in Float(generator.normal()) }
      ScoreRequest.encode(
        floatRows: rows.span, rowCount: rowCount, model: model.handle,
        schemaHash: model.schemaHash, correlationID: 1, budgetMicroseconds: budgetMicroseconds,
        into: &buffer)
    }
  }

  private static func prepared(
    _ model: ModelInfo, rowCount: Int, _ write: (inout ByteBuffer) -> Void
  ) -> RequestSet {
    var frames: [RequestFrame] = []
    var length = 0
    repeat {
      var buffer = ByteBuffer()
      write(&buffer)
      length += buffer.readableBytes
      frames.append(RequestFrame(Array(buffer.readableBytesView), rowCount: rowCount))
    } while frames.count < preparedCount && length < preparedLength
    return RequestSet(frames, replyLength: scoreReplyLength(model, rowCount: rowCount))
  }

  private static func scoreReplyLength(_ model: ModelInfo, rowCount: Int) -> Int {
    let reply = ScoreReply(
      model: model.handle, rowCount: rowCount, outputWidth: model.outputWidth,
      scores: [Float](repeating: 0, count: rowCount * model.outputWidth))
    var buffer = ByteBuffer()
    reply.encode(into: &buffer, correlationID: 1)
    return buffer.readableBytes
  }
}
