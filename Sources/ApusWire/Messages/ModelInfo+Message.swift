public import NIOCore

extension ModelInfo: Message {
  /// MODEL_INFO_OK.
  public static let type = FrameType.modelInfoOK

  /// Reads the message from a body.
  public init(decoding body: ByteBuffer) throws(WireError) {
    var reader = try BodyReader(body.readableBytesSpan, blockLength: 72)
    handle = ModelHandle(rawValue: reader.read(UInt32.self))
    featureWidth = Int(reader.read(UInt32.self))
    outputWidth = Int(reader.read(UInt32.self))
    guard let task = Task(rawValue: reader.read(UInt8.self)) else {
      throw .protocolViolation("the task of a model is unknown")
    }
    self.task = task
    try reader.readReserved(1)
    let columnCount = Int(reader.read(UInt16.self))
    schemaHash = reader.read(UInt64.self)
    digest = reader.readBytes(Self.digestLength)
    let outputNameCount = Int(reader.read(UInt16.self))
    try reader.readReserved(2)
    embeddingWidth = Int(reader.read(UInt32.self))
    guard outputNameCount == 0 || outputNameCount == outputWidth else {
      throw .protocolViolation("a model has more or fewer output names than scores")
    }
    name = try reader.readModelName()
    version = try reader.readModelName()
    device = try reader.readText()
    outputNames = []
    for _ in 0..<outputNameCount { outputNames.append(try reader.readText()) }
    columns = []
    for _ in 0..<columnCount { columns.append(try Column(from: &reader)) }
    try reader.finish()
  }

  /// Writes the body.
  public func encodeBody(into buffer: inout ByteBuffer) {
    buffer.writeBodyPrefix(blockLength: 72)
    buffer.writeInteger(handle.rawValue, endianness: .little)
    buffer.writeInteger(UInt32(featureWidth), endianness: .little)
    buffer.writeInteger(UInt32(outputWidth), endianness: .little)
    buffer.writeInteger(task.rawValue)
    buffer.writeRepeatingByte(0, count: 1)
    buffer.writeInteger(UInt16(columns.count), endianness: .little)
    buffer.writeInteger(schemaHash, endianness: .little)
    buffer.writeBytes(digest)
    buffer.writeInteger(UInt16(outputNames.count), endianness: .little)
    buffer.writeRepeatingByte(0, count: 2)
    buffer.writeInteger(UInt32(embeddingWidth), endianness: .little)
    buffer.writeText(name, maximumLength: WireLimits.nameLength)
    buffer.writeText(version, maximumLength: WireLimits.nameLength)
    buffer.writeText(device)
    for outputName in outputNames { buffer.writeText(outputName) }
    for column in columns { column.encode(into: &buffer) }
  }
}

extension ModelInfo.Column {
  init(from reader: inout BodyReader) throws(WireError) {
    guard let kind = RawColumn.Kind(rawValue: try reader.readData(UInt8.self)) else {
      throw .protocolViolation("the kind of a column is unknown")
    }
    guard let valueKind = ValueKind(rawValue: try reader.readData(UInt8.self)) else {
      throw .protocolViolation("the value kind of a column is unknown")
    }
    let count = try reader.readData(UInt32.self)
    let name = try reader.readText()
    var categories: [String] = []
    // Each category takes bytes of the body, so the loop ends with them whatever `count` says.
    for _ in 0..<count { categories.append(try reader.readText()) }
    self.init(name: name, valueKind: valueKind, categories: categories)
    guard self.kind == kind else {
      throw .protocolViolation("the kind of a column does not go with its value kind")
    }
  }

  func encode(into buffer: inout ByteBuffer) {
    buffer.writeInteger(kind.rawValue)
    buffer.writeInteger(valueKind.rawValue)
    buffer.writeInteger(UInt32(categories.count), endianness: .little)
    buffer.writeText(name)
    for category in categories { buffer.writeText(category) }
  }
}
