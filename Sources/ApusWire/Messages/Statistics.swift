public import NIOCore

/// The question for the figures of the server.
public struct StatisticsRequest: EmptyMessage {
  /// STATS.
  public static let type = FrameType.stats

  /// Creates the question.
  public init() {}
}

/// The figures of the server, in ascending order of their keys.
public struct Statistics: Message {
  /// One figure.
  public struct Entry: Equatable, Sendable {
    /// What the figure is, such as `connections.open`.
    public var key: String
    /// How much it is.
    public var value: Double

    /// Creates a figure.
    ///
    /// - Parameters:
    ///   - key: What the figure is.
    ///   - value: How much it is.
    public init(key: String, value: Double) {
      self.key = key
      self.value = value
    }
  }

  /// STATS_OK.
  public static let type = FrameType.statsOK

  /// The figures.
  public var entries: [Entry]

  /// Creates the answer.
  ///
  /// - Parameter entries: The figures, in ascending order of the bytes of their keys.
  public init(entries: [Entry]) { self.entries = entries }

  /// Reads the message from a body.
  public init(decoding body: ByteBuffer) throws(WireError) {
    var reader = try BodyReader(body.readableBytesSpan, blockLength: 16)
    let count = Int(reader.read(UInt32.self))
    try reader.readReserved(4)
    guard count <= WireLimits.statistics else {
      throw .tooLarge("there are too many figures", limit: WireLimits.statistics)
    }
    entries = []
    for _ in 0..<count {
      let key = try reader.readText()
      let bits = try reader.readData(UInt64.self)
      if let last = entries.last, !last.key.utf8.lexicographicallyPrecedes(key.utf8) {
        throw .protocolViolation("the keys of figures do not ascend")
      }
      entries.append(Entry(key: key, value: Double(bitPattern: bits)))
    }
    try reader.finish()
  }

  /// Writes the body.
  public func encodeBody(into buffer: inout ByteBuffer) {
    buffer.writeBodyPrefix(blockLength: 16)
    buffer.writeInteger(UInt32(entries.count), endianness: .little)
    buffer.writeRepeatingByte(0, count: 4)
    for entry in entries {
      buffer.writeText(entry.key)
      buffer.writeInteger(entry.value.bitPattern, endianness: .little)
    }
  }
}
