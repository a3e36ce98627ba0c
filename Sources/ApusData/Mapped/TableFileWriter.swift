internal import FoundationEssentials
#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#endif

/// Writes a table into a file beside its place, and puts it there when it is whole.
struct TableFileWriter: ~Copyable {
  private let path: String
  private let temporary: String
  private let descriptor: Int32
  private var end = TableFile.alignment

  /// Writes a table.
  ///
  /// - Parameters:
  ///   - table: The columns.
  ///   - duplicates: The rows to leave out.
  ///   - source: What the table was read from and how.
  ///   - path: The file; it has its old content, or all of the new one.
  /// - Throws: `DataError` with `unwritable`.
  static func write(
    _ table: Table, without duplicates: RowMask, source: String, to path: String
  ) throws(DataError) {
    var writer = try TableFileWriter(path)
    try writer.write(table, without: duplicates, source: source)
    try writer.publish()
  }

  private init(_ path: String) throws(DataError) {
    self.path = path
    temporary = "\(path).\(getpid()).writing"
    descriptor = unsafe open(temporary, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else {
      throw DataError(
        .unwritable, "no file can be made: \(SystemFault.text(errno))", file: temporary)
    }
  }

  deinit {
    close(descriptor)
    // Nothing is left where writing failed; after a success there is no such name.
    _ = unsafe unlink(temporary)
  }

  private mutating func write(
    _ table: Table, without duplicates: RowMask, source: String
  ) throws(DataError) {
    let dropped = duplicates.count
    let (rowCount, isWhole) = (table.rowCount - dropped, dropped == 0)
    var description = TableFile.Description(
      source: source, rowCount: rowCount, duplicatesDropped: dropped, file: table.file, columns: [])
    if var lines = table.lines {
      if !isWhole {
        var kept = RowLines()
        for row in 0..<table.rowCount where !duplicates.contains(row) { kept.append(lines[row]) }
        lines = kept
      }
      description.lines = try section(lines.flattened.span)
    }
    for column in table.columns {
      var missing = column.missing
      if !isWhole, !missing.isEmpty {
        let kept = (0..<table.rowCount).lazy.filter { !duplicates.contains($0) }
        missing = RowMask(
          zip(0..., kept).lazy.filter { column.missing.contains($0.1) }.map(\.0))
      }
      let words = missing.isEmpty ? nil : try section(missing.words.span)
      switch column.storage {
      case .numbers(let numbers):
        description.columns.append(
          TableFile.Column(
            name: column.name, kind: column.kind,
            values: try section(numbers, without: duplicates), missing: words))
      case .strings(let dictionary, let codes):
        var (texts, ends): ([UInt8], [Int]) = ([], [])
        for text in dictionary {
          texts += text.utf8
          ends.append(texts.count)
        }
        description.columns.append(
          TableFile.Column(
            name: column.name, kind: column.kind,
            values: try section(codes, without: duplicates), missing: words,
            texts: try section(texts.span), textEnds: try section(ends.span),
            contradiction: column.contradiction))
      }
    }
    try finish(description)
  }

  /// Writes all elements.
  private mutating func section<Element: BitwiseCopyable>(
    _ elements: Span<Element>
  ) throws(DataError) -> TableFile.Section {
    var checksum = Checksum()
    checksum.add(elements)
    let section = TableFile.Section(
      offset: end, count: elements.count, checksum: checksum.value)
    try append(elements)
    align()
    return section
  }

  /// Writes the values of the rows that are not left out, some at a time.
  private mutating func section<Element: BitwiseCopyable & Hashable & Sendable>(
    _ values: ColumnValues<Element>, without duplicates: RowMask
  ) throws(DataError) -> TableFile.Section {
    var section = TableFile.Section(offset: end, count: 0, checksum: 0)
    var checksum = Checksum()
    var chunk: [Element] = []
    for first in stride(from: 0, to: values.count, by: 1 << 16) {
      chunk.removeAll(keepingCapacity: true)
      for row in first..<min(first + 1 << 16, values.count) where !duplicates.contains(row) {
        chunk.append(values[row])
      }
      checksum.add(chunk.span)
      section.count += chunk.count
      try append(chunk.span)
    }
    section.checksum = checksum.value
    align()
    return section
  }

  private mutating func append<Element: BitwiseCopyable>(
    _ elements: Span<Element>
  ) throws(DataError) {
    try ScratchFile.write(elements, to: descriptor, at: end, path: temporary)
    end += elements.count * MemoryLayout<Element>.stride
  }

  private mutating func align() {
    end = (end + TableFile.alignment - 1) / TableFile.alignment * TableFile.alignment
  }

  private mutating func finish(_ description: TableFile.Description) throws(DataError) {
    let json: [UInt8]
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    do {
      json = [UInt8](try encoder.encode(description))
    } catch {
      throw DataError(.unwritable, "the table cannot be described: \(error)", file: path)
    }
    let place = try section(json.span)
    var front = TableFile.magic
    for number in [UInt64(place.offset), UInt64(place.count)] {
      front += (0..<8).map { UInt8(truncatingIfNeeded: number >> (8 * $0)) }
    }
    front += (0..<4).map { UInt8(truncatingIfNeeded: place.checksum >> (8 * $0)) }
    try ScratchFile.write(front.span, to: descriptor, at: 0, path: temporary)
  }

  /// Brings the file to the disk and gives it its name.
  private func publish() throws(DataError) {
    guard fsync(descriptor) == 0, unsafe rename(temporary, path) == 0 else {
      throw DataError(
        .unwritable, "the file cannot be finished: \(SystemFault.text(errno))", file: path)
    }
  }
}
