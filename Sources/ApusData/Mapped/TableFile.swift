/// The format of a table in a file, to be mapped and read where it is.
///
/// ```
/// front         8 bytes of magic │ 8 place of the description │ 8 its bytes │ 4 its checksum
/// sections      each begins at a multiple of 64 bytes
///   values      8 bytes a row (numbers) or 4 (codes), as they lie in memory
///   missing     a bit a row, in words of 8 bytes
///   texts       the dictionary, one text behind the other; and 8 bytes for the end of each
///   lines       the rows that do not begin one line below the row before, and their lines
/// description   JSON: the columns, where their sections are, and the checksums of these
/// ```
///
/// Integers are little-endian, and checksums CRC-32C. The magic ends in the version.
enum TableFile {
  static let magic = Array("APUSTBL1".utf8)
  static let frontByteCount = 28
  static let alignment = 64

  /// A run of elements in the file.
  struct Section: Codable {
    /// Where the first begins, in bytes.
    var offset: Int
    /// How many there are.
    var count: Int
    /// The checksum of their bytes.
    var checksum: UInt32
  }

  /// A column of the table.
  struct Column: Codable {
    var name: String
    var kind: ColumnKind
    var values: Section
    var missing: Section?
    var texts: Section?
    var textEnds: Section?
    /// The value that made the column one of strings; files of older versions do not have it.
    var contradiction: Contradiction?
  }

  /// What the file holds.
  struct Description: Codable {
    /// What the table was read from and how, in words of the writer's.
    var source: String
    var rowCount: Int
    var duplicatesDropped: Int
    /// The file that rows came from, and their lines in it.
    var file: String?
    var lines: Section?
    var columns: [Column]
  }

  /// Why a file is not taken.
  struct Refusal: Error {
    /// A clause, such as `a checksum is wrong`.
    var reason: String
  }
}
