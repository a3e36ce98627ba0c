/// The blocks of complete rows that a CSV input consists of, in one pass from front to back.
///
/// ```
/// input    |---------- rows ----------|- row cut -|------ rows ------|...
/// buffer   |===== tokenized rows =====|== rest ===|
///                                     '-> moves to the front, and the next bytes are read behind it
/// ```
///
/// The buffer stays in the processor's cache; it grows only for a row that is longer than it is.
struct CSVBlocks: ~Copyable {
  private var source: ByteSource
  private(set) var tokenizer: CSVTokenizer
  private var buffer: [UInt8]
  private var filled = 0
  private var consumed = 0
  private var isAtEnd = false

  /// Where the block begins, in bytes from the front of the input.
  private(set) var offset = 0

  /// Opens an input: reads its first bytes, skips a byte order mark, and detects the delimiter.
  init(source: consuming ByteSource, options: CSVOptions, blockBytes: Int) throws(DataError) {
    var source = source
    source.rewind()
    var buffer = [UInt8](repeating: 0, count: blockBytes)
    var filled = 0
    // Detection looks at the same bytes whatever the size of the blocks.
    let sampleBytes = min(source.count, CSVDialect.sampleBytes)
    if buffer.count < sampleBytes {
      buffer += [UInt8](repeating: 0, count: sampleBytes - buffer.count)
    }
    while filled < buffer.count {
      let size = try source.fill(&buffer, from: filled)
      if size == 0 { break }
      filled += size
    }
    guard filled > 0 else {
      throw DataError(.emptyFile, "the input is empty", file: source.file)
    }
    let dialect = try CSVDialect(
      detecting: buffer.span.extracting(0..<filled),
      sampled: min(filled, sampleBytes),
      delimiter: options.delimiter,
      file: source.file
    )
    self.tokenizer = CSVTokenizer(
      file: source.file,
      delimiter: dialect.delimiter,
      maximumFieldBytes: options.maximumFieldBytes
    )
    self.consumed = dialect.markBytes
    self.source = source
    self.buffer = buffer
    self.filled = filled
  }

  /// The bytes that the tokenizer's fields lie in.
  var bytes: Span<UInt8> {
    @_lifetime(borrow self)
    get { buffer.span }
  }

  /// The number of bytes that the rows of the block have.
  var byteCount: Int { consumed }

  /// The number of bytes of the whole input.
  var totalByteCount: Int { source.count }

  /// Moves on to the next block.
  ///
  /// - Parameter rowLimit: How many rows the block may have.
  /// - Returns: Whether there is one; it has at least one row.
  /// - Throws: `DataError` for a fault in the structure, or one of the disk.
  mutating func advance(rowLimit: Int = .max) throws(DataError) -> Bool {
    while true {
      discardConsumed()
      if filled < buffer.count, !isAtEnd {
        let size = try source.fill(&buffer, from: filled)
        isAtEnd = size == 0
        filled += size
      }
      consumed = try tokenizer.tokenize(
        buffer,
        count: filled,
        isLast: isAtEnd,
        rowLimit: rowLimit
      )
      if !tokenizer.lines.isEmpty { return true }
      if isAtEnd { return false }
      if consumed == 0, filled == buffer.count {
        buffer += [UInt8](repeating: 0, count: buffer.count)
      }
    }
  }

  /// Gives the source back, for another pass.
  consuming func intoSource() -> ByteSource { source }

  private mutating func discardConsumed() {
    guard consumed > 0 else { return }
    let rest = filled - consumed
    for index in 0..<rest { buffer[index] = buffer[consumed + index] }
    offset += consumed
    filled = rest
    consumed = 0
  }
}
