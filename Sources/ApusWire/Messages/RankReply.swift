public import NIOCore

/// The reply to RANK: the best items and their scores, the best one first.
public struct RankReply: Message {
  /// RANK_OK.
  public static let type = FrameType.rankOK

  /// The bytes of the fixed block.
  static let blockLength = 24

  /// The model that scored all items.
  public let model: ModelHandle

  /// The items of the request.
  public let itemCount: Int

  /// The items that could not be scored; they are not among ``items``.
  public let failedCount: Int

  /// The places of the best items in the request, from 0; of equal ones the first comes first.
  public let items: [Int]

  /// Their scores.
  public let scores: [Float]

  /// What comes along: the trace id of the request, and where its time went.
  public var extensions: Extensions

  /// Ranks scored items.
  ///
  /// An item with a score that is not finite has failed.
  ///
  /// - Parameters:
  ///   - scores: The scores of all items, `outputWidth` for each.
  ///   - outputWidth: The scores of one item.
  ///   - outputIndex: The score that ranks, below `outputWidth`.
  ///   - top: The best items that are wanted; 0 for all.
  ///   - model: The model that scored.
  /// - Complexity: O(*n* log *n*) in the items.
  public init(
    ranking scores: Span<Float>,
    outputWidth: Int,
    outputIndex: Int,
    top: Int,
    model: ModelHandle
  ) {
    precondition(
      outputIndex < outputWidth,
      "there is no score \(outputIndex) among \(outputWidth)"
    )
    var ranked: [(score: Float, item: Int)] = []
    itemCount = scores.count / outputWidth
    ranked.reserveCapacity(itemCount)
    for item in 0..<itemCount {
      let row = scores.extracting(item * outputWidth..<(item + 1) * outputWidth)
      guard row.firstNotFinite() == nil else { continue }
      ranked.append((row[outputIndex], item))
    }
    failedCount = itemCount - ranked.count
    ranked.sort { ($1.score, $0.item) < ($0.score, $1.item) }
    let best = top == 0 ? ranked[...] : ranked.prefix(top)
    items = best.map(\.item)
    self.scores = best.map(\.score)
    self.model = model
    extensions = Extensions()
  }

  /// Reads the message from a body.
  public init(decoding body: ByteBuffer) throws(WireError) {
    var reader = try BodyReader(body.readableBytesSpan, blockLength: Self.blockLength)
    extensions = reader.extensions
    model = ModelHandle(rawValue: reader.read(UInt32.self))
    let count = Int(reader.read(UInt32.self))
    itemCount = Int(reader.read(UInt32.self))
    failedCount = Int(reader.read(UInt32.self))
    guard count + failedCount <= itemCount else {
      throw .protocolViolation("there are more answers than items")
    }
    guard var itemBytes = reader.data.take(count * 4), let scoreBytes = reader.data.take(count * 4)
    else {
      throw .protocolViolation("the data of a body is too short")
    }
    var items: [Int] = []
    items.reserveCapacity(count)
    for _ in 0..<count {
      guard let item = itemBytes.read(UInt32.self).map(Int.init), item < itemCount else {
        throw .protocolViolation("an answer is not for an item")
      }
      items.append(item)
    }
    self.items = items
    scores = scoreBytes.floats()
    try reader.finish()
  }

  /// Writes the body.
  public func encodeBody(into buffer: inout ByteBuffer) {
    buffer.writeBodyPrefix(blockLength: UInt16(Self.blockLength))
    buffer.writeInteger(model.rawValue, endianness: .little)
    buffer.writeInteger(UInt32(items.count), endianness: .little)
    buffer.writeInteger(UInt32(itemCount), endianness: .little)
    buffer.writeInteger(UInt32(failedCount), endianness: .little)
    for item in items { buffer.writeInteger(UInt32(item), endianness: .little) }
    unsafe buffer.writeBytes(scores.span.bytes)
  }
}
