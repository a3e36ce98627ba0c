internal import FoundationEssentials
#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#endif

/// Maps a file of a table, all of which it checks first.
struct TableFileReader {
  private let file: MappedFile
  private let description: TableFile.Description

  /// What the table was read from and how.
  var source: String { description.source }

  /// Opens a file and reads its description.
  ///
  /// - Returns: Nil where there is no such file.
  /// - Throws: `TableFile.Refusal` for a file that is not one of a table.
  init?(_ path: String) throws(TableFile.Refusal) {
    let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else {
      if errno == ENOENT { return nil }
      throw TableFile.Refusal(reason: SystemFault.text(errno))
    }
    defer { close(descriptor) }
    var status = stat()
    guard unsafe fstat(descriptor, &status) == 0 else {
      throw TableFile.Refusal(reason: SystemFault.text(errno))
    }
    do {
      file = try MappedFile(descriptor: descriptor, count: Int(status.st_size), path: path)
    } catch {
      throw TableFile.Refusal(reason: error.message)
    }
    let place = try Self.place(in: file)
    let json: ColumnValues<UInt8> = try Self.elements(place, of: file)
    do {
      description = try JSONDecoder().decode(TableFile.Description.self, from: Data(json))
    } catch {
      throw TableFile.Refusal(reason: "its description cannot be read")
    }
  }

  /// Checks all of the table's bytes.
  ///
  /// - Returns: The table, whose columns lie in the file.
  /// - Throws: `TableFile.Refusal` for a checksum that is wrong.
  func table() throws(TableFile.Refusal) -> Table {
    let columns = try description.columns.map { entry throws(TableFile.Refusal) in
      try column(entry)
    }
    let lines: RowLines? = try description.lines.map { section throws(TableFile.Refusal) in
      let flattened: ColumnValues<Int> = try Self.elements(section, of: file)
      return RowLines(flattened: Array(flattened), count: description.rowCount)
    }
    do {
      return try Table(columns: columns, file: description.file, lines: lines)
    } catch {
      throw TableFile.Refusal(reason: error.message)
    }
  }

  /// The exact duplicates that were dropped before the table was written.
  var duplicatesDropped: Int { description.duplicatesDropped }

  private func column(_ entry: TableFile.Column) throws(TableFile.Refusal) -> Column {
    var missing = RowMask()
    if let section = entry.missing {
      let words: ColumnValues<UInt64> = try Self.elements(section, of: file)
      missing = RowMask(words: Array(words))
    }
    guard entry.values.count == description.rowCount else {
      throw TableFile.Refusal(reason: "column \(entry.name) has another number of rows")
    }
    if entry.kind.isNumeric {
      return Column(
        name: entry.name, kind: entry.kind,
        storage: .numbers(try Self.elements(entry.values, of: file)), missing: missing)
    }
    guard let texts = entry.texts, let textEnds = entry.textEnds else {
      throw TableFile.Refusal(reason: "column \(entry.name) has no dictionary")
    }
    return Column(
      name: entry.name, kind: entry.kind,
      storage: .strings(
        dictionary: try dictionary(texts, textEnds),
        codes: try Self.elements(entry.values, of: file)), missing: missing,
      contradiction: entry.contradiction)
  }

  private func dictionary(
    _ texts: TableFile.Section, _ textEnds: TableFile.Section
  ) throws(TableFile.Refusal) -> [String] {
    let bytes: ColumnValues<UInt8> = try Self.elements(texts, of: file)
    let ends: ColumnValues<Int> = try Self.elements(textEnds, of: file)
    var dictionary: [String] = []
    dictionary.reserveCapacity(ends.count)
    var start = 0
    for end in ends {
      guard start <= end, end <= bytes.count else {
        throw TableFile.Refusal(reason: "a dictionary does not fit its texts")
      }
      dictionary.append(String(decoding: bytes[start..<end], as: UTF8.self))
      start = end
    }
    return dictionary
  }

  private static func place(in file: MappedFile) throws(TableFile.Refusal) -> TableFile.Section {
    guard file.count >= TableFile.frontByteCount else {
      throw TableFile.Refusal(reason: "it is cut short")
    }
    let front = Array(ColumnValues<UInt8>(file, count: TableFile.frontByteCount))
    guard front.starts(with: TableFile.magic) else {
      throw TableFile.Refusal(reason: "it is of another version of this software")
    }
    func number(_ bytes: Range<Int>) -> UInt64 {
      bytes.reversed().reduce(0) { $0 << 8 | UInt64(front[$1]) }
    }
    return TableFile.Section(
      offset: Int(truncatingIfNeeded: number(8..<16)),
      count: Int(truncatingIfNeeded: number(16..<24)),
      checksum: UInt32(truncatingIfNeeded: number(24..<28)))
  }

  /// The elements of a section, once their checksum is right.
  private static func elements<Element: BitwiseCopyable & Hashable & Sendable>(
    _ section: TableFile.Section, of file: MappedFile
  ) throws(TableFile.Refusal) -> ColumnValues<Element> {
    let stride = MemoryLayout<Element>.stride
    guard section.offset >= 0, section.offset % stride == 0, section.offset <= file.count,
      section.count >= 0, section.count <= (file.count - section.offset) / stride
    else { throw TableFile.Refusal(reason: "it is cut short") }
    var checksum = Checksum()
    let values = unsafe file.elements(
      of: Element.self, at: section.offset, count: section.count)
    unsafe checksum.add(values.span)
    guard checksum.value == section.checksum else {
      throw TableFile.Refusal(reason: "a checksum is wrong")
    }
    return ColumnValues(file, at: section.offset, count: section.count)
  }
}
