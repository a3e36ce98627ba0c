public import NIOCore

/// The question which models are served.
public struct ModelListRequest: EmptyMessage {
  /// MODEL_LIST.
  public static let type = FrameType.modelList

  /// Creates the question.
  public init() {}
}

/// The models served, in ascending order of name.
public struct ModelList: Message {
  /// One model of the list.
  public struct Entry: Equatable, Sendable {
    /// The handle for SCORE.
    public var handle: ModelHandle
    /// The name.
    public var name: String
    /// The version.
    public var version: String

    /// Creates an entry.
    ///
    /// - Parameters:
    ///   - handle: The handle for SCORE.
    ///   - name: The name.
    ///   - version: The version.
    public init(handle: ModelHandle, name: String, version: String) {
      self.handle = handle
      self.name = name
      self.version = version
    }
  }

  /// MODEL_LIST_OK.
  public static let type = FrameType.modelListOK

  /// The models.
  public var entries: [Entry]

  /// Creates a list.
  public init(entries: [Entry]) { self.entries = entries }

  /// Reads the message from a body.
  public init(decoding body: ByteBuffer) throws(WireError) {
    var reader = try BodyReader(body.readableBytesSpan, blockLength: 16)
    let count = Int(reader.read(UInt32.self))
    try reader.readReserved(4)
    guard count <= WireLimits.modelsInList else {
      throw .tooLarge("a list of models is too long", limit: WireLimits.modelsInList)
    }
    entries = []
    for _ in 0..<count {
      let handle = ModelHandle(rawValue: try reader.readData(UInt32.self))
      let name = try reader.readModelName()
      let version = try reader.readModelName()
      entries.append(Entry(handle: handle, name: name, version: version))
    }
    try reader.finish()
  }

  /// Writes the body.
  public func encodeBody(into buffer: inout ByteBuffer) {
    buffer.writeBodyPrefix(blockLength: 16)
    buffer.writeInteger(UInt32(entries.count), endianness: .little)
    buffer.writeRepeatingByte(0, count: 4)
    for entry in entries {
      buffer.writeInteger(entry.handle.rawValue, endianness: .little)
      buffer.writeText(entry.name, maximumLength: WireLimits.nameLength)
      buffer.writeText(entry.version, maximumLength: WireLimits.nameLength)
    }
  }
}
