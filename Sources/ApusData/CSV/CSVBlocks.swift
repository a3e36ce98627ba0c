/// The blocks of complete rows that a CSV input consists of, in one pass from front to back.
///
/// ```
/// input    |---------- rows ----------|- row cut -|------ rows ------|...
/// block    |===== tokenized rows =====|== rest ===|
///                                     '-> begins the next block; the next bytes follow
/// ```
///
/// A block stays in the processor's cache; it grows only for a row that is longer than it is.
struct CSVBlocks: ~Copyable {
  private var source: ByteSource
  private var tokenizer: CSVTokenizer
  private let blockBytes: Int

  /// The number of bytes of the byte order mark, 0 if there is none.
  private let markBytes: Int

  /// The bytes that have been read and not yet become rows.
  private var rest: [UInt8] = []
  private var isAtEnd = false

  /// Where the next block begins, in bytes from the front of the input.
  private var offset: Int

  /// Opens an input: detects a byte order mark and the delimiter.
  init(source: consuming ByteSource, options: CSVOptions, blockBytes: Int) throws(DataError) {
    var source = source
    var sample = [UInt8](repeating: 0, count: min(source.count, CSVDialect.sampleBytes))
    var filled = 0
    while filled < sample.count {
      let size = try source.fill(&sample, from: filled)
      if size == 0 { break }
      filled += size
    }
    guard filled > 0 else {
      throw DataError(.emptyFile, "the input is empty", file: source.file)
    }
    sample.removeLast(sample.count - filled)
    let dialect = try CSVDialect(
      detecting: sample.span,
      isWhole: filled == source.count,
      delimiter: options.delimiter,
      file: source.file
    )
    tokenizer = CSVTokenizer(
      file: source.file,
      delimiter: dialect.delimiter,
      maximumFieldBytes: options.maximumFieldBytes
    )
    source.rewind(to: dialect.markBytes)
    markBytes = dialect.markBytes
    offset = dialect.markBytes
    self.source = source
    self.blockBytes = blockBytes
  }

  /// The file's name for messages, nil for bytes in memory.
  var file: String? { source.file }

  /// The number of bytes of the whole input.
  var totalByteCount: Int { source.count }

  /// Whether the input goes on behind the last block.
  var hasRemainingBytes: Bool { offset < source.count }

  /// An empty block to read into.
  func makeBlock() -> CSVBlock { CSVBlock(file: file, capacityBytes: blockBytes) }

  /// Fills a block with the next rows.
  ///
  /// - Parameters:
  ///   - block: Loses what it held.
  ///   - rowLimit: How many rows the block may have.
  /// - Returns: Whether there are more rows; the block then has at least one.
  /// - Throws: `DataError` for a fault in the structure, or one of the disk.
  mutating func read(into block: inout CSVBlock, rowLimit: Int = .max) throws(DataError) -> Bool {
    var filled = rest.count
    block.makeRoom(for: filled)
    for index in rest.indices { block.bytes[index] = rest[index] }
    while true {
      if filled < block.bytes.count, !isAtEnd {
        let size = try source.fill(&block.bytes, from: filled)
        isAtEnd = size == 0
        filled += size
      }
      try tokenizer.tokenize(&block, count: filled, isLast: isAtEnd, rowLimit: rowLimit)
      if block.rowCount > 0 || isAtEnd { break }
      discard(block.byteCount, from: &block, filled: &filled)
      if filled == block.bytes.count { block.makeRoom(for: 2 * filled) }
    }
    block.offset = offset
    offset += block.byteCount
    rest.removeAll(keepingCapacity: true)
    rest.append(contentsOf: block.bytes[block.byteCount..<filled])
    return block.rowCount > 0
  }

  /// Starts again with the first row.
  mutating func rewind() {
    source.rewind(to: markBytes)
    tokenizer.rewind()
    rest.removeAll(keepingCapacity: true)
    isAtEnd = false
    offset = markBytes
  }

  /// Drops empty lines from the front of a block that has no row.
  private mutating func discard(_ count: Int, from block: inout CSVBlock, filled: inout Int) {
    guard count > 0 else { return }
    for index in count..<filled { block.bytes[index - count] = block.bytes[index] }
    filled -= count
    offset += count
  }
}
