internal import Crypto

/// Tables of CSV files, kept in a folder so that they are parsed once and need not fit into memory.
///
/// ```
/// folder/table-0f3a...c2.apus    one file for each CSV file and way to read it
/// ```
///
/// The numbers are those of the table that is read into memory, bit for bit.
public struct TableCache: Sendable {
  /// Where the files are.
  public let folder: String

  /// Uses a folder, which is made if need be.
  ///
  /// - Parameter folder: Its path.
  public init(_ folder: String) { self.folder = folder }

  /// The clean table of a CSV file: that which is kept, or a new one.
  ///
  /// One that is damaged, or of other data, is made anew. While a table is made, memory holds the
  /// distinct texts of its columns and a bit for each value that is missing, but no other value.
  ///
  /// - Parameters:
  ///   - path: The CSV file.
  ///   - fingerprint: What tells its content from any other, such as a digest.
  ///   - options: How to read it.
  ///   - note: Is told what is done, in a sentence.
  /// - Returns: The table, mapped.
  /// - Throws: `DataError`, naming file, line and column; or with `unwritable`.
  public func table(
    csv path: String, fingerprint: String, options: CSVOptions, note: (String) -> Void
  ) throws(DataError) -> CleanTable {
    let file = self.path(csv: path, options: options)
    let source = "\(fingerprint) \(Self.words(options))"
    do throws(TableFile.Refusal) {
      if let kept = try kept(file, source: source) { return kept }
      note("reading \(path) once into \(file)")
    } catch {
      note("\(file) is made anew: \(error.reason)")
    }
    try build(csv: path, source: source, options: options, to: file)
    do throws(TableFile.Refusal) {
      if let kept = try kept(file, source: source) { return kept }
      throw TableFile.Refusal(reason: "it is gone")
    } catch {
      throw DataError(
        .unreadable, "what was written cannot be read back: \(error.reason)", file: file)
    }
  }

  /// The file of a CSV file's table.
  ///
  /// - Parameters:
  ///   - path: The CSV file.
  ///   - options: How it is read.
  /// - Returns: A path in the folder.
  public func path(csv path: String, options: CSVOptions) -> String {
    let digest = SHA256.hash(data: Array("\(path)\n\(Self.words(options))".utf8)).prefix(8)
    let digits = Array("0123456789abcdef")
    let name = String(digest.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] })
    return "\(folder)/table-\(name).apus"
  }

  private func kept(_ file: String, source: String) throws(TableFile.Refusal) -> CleanTable? {
    guard let reader = try TableFileReader(file) else { return nil }
    guard reader.source == source else {
      throw TableFile.Refusal(reason: "the data are others now")
    }
    return CleanTable(
      cleaned: try reader.table(), duplicatesDropped: reader.duplicatesDropped,
      scratchFolder: folder)
  }

  private func build(
    csv path: String, source: String, options: CSVOptions, to file: String
  ) throws(DataError) {
    var options = options
    options.scratchFolder = folder
    let table = try Table(csv: path, options: options)
    try TableFileWriter.write(
      table, without: try table.duplicateRows(scratchFolder: folder), source: source, to: file)
  }

  /// All of the options that the table depends on.
  private static func words(_ options: CSVOptions) -> String {
    let kinds = options.kinds.sorted { $0.key < $1.key }
      .map { "\($0.key.debugDescription)=\($0.value.rawValue)" }
    return "delimiter \(options.delimiter.map { "\($0)" } ?? "any") header \(options.hasHeader)"
      + " categories \(options.categoryLimit) field \(options.maximumFieldBytes)"
      + " kinds \(kinds.joined(separator: ","))"
  }
}
