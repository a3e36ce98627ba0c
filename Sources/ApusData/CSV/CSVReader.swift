/// Reads a CSV input into a table: one streaming pass, and a second one only for columns whose kind
/// turned out wrong after it had been guessed.
enum CSVReader {
  /// What a block is read in; small enough for the processor's second-level cache.
  static let blockBytes = 1 << 18

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
    let file = blocks.file
    let totalByteCount = blocks.totalByteCount
    var first = blocks.makeBlock()
    guard try blocks.read(into: &first, rowLimit: 1) else {
      throw DataError(.emptyFile, "the input has no rows", file: file)
    }
    let names = try columnNames(first, hasHeader: options.hasHeader)
    let columns = try builders(for: names, options: options, wanted: wanted, file: file)
      .map { SharedColumn($0) }
    if !options.hasHeader { blocks.rewind() }

    let shared = SharedBlocks(blocks)
    var lines = RowLines()
    try CSVPipeline(blocks: shared, columns: columns, threadLimit: options.threadLimit)
      .run { block in
        if lines.count == 0 { reserve(columns, for: block, of: totalByteCount) }
        for line in block.lines { lines.append(line) }
      }
    guard lines.count > 0 else {
      throw DataError(.noRows, "the input has a header but no rows", file: file)
    }
    let contradicted = columns.filter(\.isContradicted)
    if !contradicted.isEmpty {
      for column in contradicted { column.restartAsStrings() }
      try shared.restart(hasHeader: options.hasHeader)
      try CSVPipeline(blocks: shared, columns: contradicted, threadLimit: options.threadLimit)
        .run()
    }
    return try Table(
      columns: columns.map { column throws(DataError) in
        try column.finish(categoryLimit: options.categoryLimit)
      },
      file: file,
      lines: lines
    )
  }

  /// The names in the header, which is the only row of the block, or made-up names.
  private static func columnNames(
    _ block: CSVBlock,
    hasHeader: Bool
  ) throws(DataError) -> [String] {
    var names: [String] = []
    for index in 0..<block.fieldsPerRow {
      let text = hasHeader ? try headerText(block, block.fields[index]) : ""
      let name = text.isEmpty ? "column\(index + 1)" : text
      guard !names.contains(name) else {
        throw DataError(
          .duplicateColumn,
          "the column name occurs twice",
          file: block.file,
          line: block.lines[0],
          column: name
        )
      }
      names.append(name)
    }
    return names
  }

  private static func headerText(
    _ block: CSVBlock,
    _ field: CSVTokenizer.Field
  ) throws(DataError) -> String {
    let bytes = block.bytes.span
    try TextValidation.check(
      bytes,
      field.range,
      offset: block.offset,
      file: block.file,
      line: block.lines[0],
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
    return try names.enumerated().filter { chosen?.contains($0.element) ?? true }
      .map { index, name throws(DataError) in
        ColumnBuilder(
          name: name, index: index, kind: options.kinds[name],
          scratch: try options.scratchFolder.map { folder throws(DataError) in
            try ScratchFile(in: folder)
          })
      }
  }

  /// Makes room for as many rows as the input will have if they are as long as those of its first
  /// block, so that columns are not moved while they grow.
  private static func reserve(
    _ columns: [SharedColumn],
    for block: CSVBlock,
    of totalByteCount: Int
  ) {
    let blockCount = Double(totalByteCount) / Double(max(block.byteCount, 1))
    let estimate = Int(Double(block.rowCount) * blockCount * 1.02) + 1
    for column in columns { column.reserve(estimate) }
  }
}
