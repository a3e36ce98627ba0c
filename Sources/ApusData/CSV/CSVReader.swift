/// Reads a CSV input into a table: one streaming pass, and a second one only for columns whose kind
/// turned out wrong after it had been guessed.
enum CSVReader {
  /// What a block is read in; small enough for the processor's second-level cache.
  static let blockBytes = 1 << 16

  /// Reads a table.
  ///
  /// - Parameters:
  ///   - source: The bytes.
  ///   - options: How to read them.
  ///   - wanted: The columns to read, which must be there; nil reads all.
  ///   - blockBytes: How many bytes to look at at a time.
  /// - Returns: The table, its columns in the order of the input.
  /// - Throws: `DataError`, naming file, line and column.
  static func read(
    _ source: consuming ByteSource,
    options: CSVOptions,
    wanted: [String]? = nil,
    blockBytes: Int = CSVReader.blockBytes
  ) throws(DataError) -> Table {
    var blocks = try CSVBlocks(source: source, options: options, blockBytes: blockBytes)
    let file = blocks.tokenizer.file
    var isOpen = try blocks.advance(rowLimit: options.hasHeader ? 1 : .max)
    guard isOpen else { throw DataError(.emptyFile, "the input has no rows", file: file) }
    let names = try columnNames(blocks, hasHeader: options.hasHeader)
    var builders = try builders(for: names, options: options, wanted: wanted, file: file)
    if options.hasHeader { isOpen = try blocks.advance() }

    var lines = RowLines()
    while isOpen {
      if lines.count == 0 { reserve(&builders, blocks) }
      for line in blocks.tokenizer.lines { lines.append(line) }
      for index in builders.indices { try builders[index].append(blocks) }
      isOpen = try blocks.advance()
    }
    guard lines.count > 0 else {
      throw DataError(.noRows, "the input has a header but no rows", file: file)
    }
    let contradicted = builders.indices.filter { builders[$0].isContradicted }
    if !contradicted.isEmpty {
      for index in contradicted { builders[index] = builders[index].asStrings() }
      blocks = try CSVBlocks(
        source: blocks.intoSource(),
        options: options,
        blockBytes: blockBytes
      )
      if options.hasHeader { _ = try blocks.advance(rowLimit: 1) }
      while try blocks.advance() {
        for index in contradicted { try builders[index].append(blocks) }
      }
    }
    return try Table(
      columns: builders.map { $0.finish(categoryLimit: options.categoryLimit) },
      file: file,
      lines: lines
    )
  }

  /// The names in the header, which is the only row of the block, or made-up names.
  private static func columnNames(
    _ blocks: borrowing CSVBlocks,
    hasHeader: Bool
  ) throws(DataError) -> [String] {
    var names: [String] = []
    for index in 0..<(blocks.tokenizer.fieldsPerRow ?? 0) {
      let text = hasHeader ? try headerText(blocks, blocks.tokenizer.fields[index]) : ""
      let name = text.isEmpty ? "column\(index + 1)" : text
      guard !names.contains(name) else {
        throw DataError(
          .duplicateColumn,
          "the column name occurs twice",
          file: blocks.tokenizer.file,
          line: blocks.tokenizer.lines[0],
          column: name
        )
      }
      names.append(name)
    }
    return names
  }

  private static func headerText(
    _ blocks: borrowing CSVBlocks,
    _ field: CSVTokenizer.Field
  ) throws(DataError) -> String {
    let bytes = blocks.bytes
    try TextValidation.check(
      bytes,
      field.range,
      offset: blocks.offset,
      file: blocks.tokenizer.file,
      line: blocks.tokenizer.lines[0],
      column: nil
    )
    return field.isEscaped
      ? String(decoding: bytes.unescaped(field.range), as: UTF8.self)
      : bytes.text(bytes.trimmed(field.range))
  }

  private static func builders(
    for names: [String],
    options: CSVOptions,
    wanted: [String]?,
    file: String?
  ) throws(DataError) -> [ColumnBuilder] {
    for name in (wanted ?? []) + options.kinds.keys.sorted() where !names.contains(name) {
      throw DataError(
        .missingColumn,
        "there is no column \"\(name)\"; the columns are \(names.joined(separator: ", "))",
        file: file
      )
    }
    let chosen = wanted.map(Set.init)
    return names.enumerated().compactMap { index, name in
      guard chosen?.contains(name) ?? true else { return nil }
      return ColumnBuilder(name: name, index: index, kind: options.kinds[name])
    }
  }

  /// Makes room for as many rows as the input will have if they are as long as those of its first
  /// block, so that columns are not moved while they grow.
  private static func reserve(_ builders: inout [ColumnBuilder], _ blocks: borrowing CSVBlocks) {
    let rows = Double(blocks.tokenizer.lines.count)
    let estimate = rows * Double(blocks.totalByteCount) / Double(max(blocks.byteCount, 1))
    for index in builders.indices { builders[index].reserve(Int(estimate * 1.02) + 1) }
  }
}
