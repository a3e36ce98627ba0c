/// The records of a CSV file, divided into two files with the same header.
///
/// Bytes are copied as they are. A record ends with LF, CRLF or CR outside quotes; a quote opens
/// only where a field begins; empty lines are no records. A record that repeats an earlier one goes
/// nowhere, for it could put the same row into both files.
struct RecordSplit {
  /// The header and the records to train on.
  private(set) var train: [UInt8]
  /// The header and the records to test on.
  private(set) var test: [UInt8]
  /// The records, the header not counted.
  private(set) var recordCount = 0
  /// The records that repeat an earlier one.
  private(set) var duplicateCount = 0

  /// Divides a file.
  ///
  /// - Parameters:
  ///   - bytes: The file.
  ///   - testRows: The numbers of the records to test on, from 0, ascending.
  init(_ bytes: [UInt8], testRows: [Int]) {
    var position = 0
    var rest = testRows[...]
    var seen: Set<ArraySlice<UInt8>> = []
    train = Self.terminated(Self.record(of: bytes, from: &position))
    test = train
    while position < bytes.count {
      let record = Self.record(of: bytes, from: &position)
      guard record.contains(where: { !Self.isLineEnd($0) }) else { continue }
      let isTest = rest.first == recordCount
      if isTest { rest.removeFirst() }
      if !seen.insert(record).inserted {
        duplicateCount += 1
      } else if isTest {
        test += Self.terminated(record)
      } else {
        train += Self.terminated(record)
      }
      recordCount += 1
    }
  }

  /// Returns the record at `position`, with its line end, and moves past it.
  private static func record(of bytes: [UInt8], from position: inout Int) -> ArraySlice<UInt8> {
    let start = position
    var isQuoted = false
    var atFieldStart = true
    while position < bytes.count {
      let byte = bytes[position]
      position += 1
      if isQuoted {
        // A doubled quote closes and opens again, which comes to the same.
        isQuoted = byte != quote
        atFieldStart = !isQuoted
      } else if byte == quote, atFieldStart {
        isQuoted = true
      } else if isLineEnd(byte) {
        let isCRLF = byte == 13 && position < bytes.count && bytes[position] == 10
        if isCRLF { position += 1 }
        break
      } else {
        atFieldStart = delimiters.contains(byte)
      }
    }
    return bytes[start..<position]
  }

  private static func terminated(_ record: ArraySlice<UInt8>) -> [UInt8] {
    record.last.map(isLineEnd) == false ? record + [10] : Array(record)
  }

  private static func isLineEnd(_ byte: UInt8) -> Bool { byte == 10 || byte == 13 }

  private static let quote = UInt8(ascii: "\"")
  private static let delimiters = Array(",;\t".utf8)
}
