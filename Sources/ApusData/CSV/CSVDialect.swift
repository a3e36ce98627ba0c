/// What has to be known about a CSV input before its first row can be read.
struct CSVDialect {
  /// How many bytes detection looks at.
  static let sampleBytes = 1 << 16

  /// How many rows detection looks at.
  private static let sampleRows = 10

  /// The byte between fields.
  let delimiter: UInt8

  /// The number of bytes of the byte order mark, 0 if there is none.
  let markBytes: Int

  /// Looks at the front of an input.
  ///
  /// Among comma, semicolon and tab the delimiter is the one that cuts the first rows into equal
  /// numbers of fields, the most fields winning, and comma winning a tie. When none does, it is the
  /// one that cuts the first row into the most fields.
  init(
    detecting bytes: Span<UInt8>,
    isWhole: Bool,
    delimiter: UInt8?,
    file: String?
  ) throws(DataError) {
    let head = (0..<min(3, bytes.count)).map { bytes[$0] }
    guard !head.starts(with: [0xFF, 0xFE]), !head.starts(with: [0xFE, 0xFF]) else {
      throw DataError(
        .invalidUTF8,
        "the input is UTF-16 (byte offset 0); save it as UTF-8",
        file: file,
        line: 1
      )
    }
    markBytes = head == [0xEF, 0xBB, 0xBF] ? 3 : 0
    if let delimiter {
      guard ![Byte.quote, Byte.lineFeed, Byte.carriageReturn].contains(delimiter) else {
        throw DataError(
          .invalidOption,
          "the delimiter is a quote or a line end",
          file: file
        )
      }
      self.delimiter = delimiter
      return
    }
    var best = (score: (0, 0), delimiter: Byte.comma)
    for candidate in [Byte.comma, Byte.semicolon, Byte.tab] {
      let counts = Self.delimitersPerRow(
        bytes,
        in: markBytes..<bytes.count,
        candidate,
        isWhole: isWhole
      )
      let first = counts.first ?? 0
      let isRegular = first > 0 && counts.allSatisfy { $0 == first }
      let score = (isRegular ? 1 : 0, first)
      if score > best.score { best = (score, candidate) }
    }
    self.delimiter = best.delimiter
  }

  /// How often a byte stands outside quotes in each of the first rows.
  private static func delimitersPerRow(
    _ bytes: Span<UInt8>,
    in range: Range<Int>,
    _ delimiter: UInt8,
    isWhole: Bool
  ) -> [Int] {
    var counts: [Int] = []
    var (count, isQuoted, rowStart) = (0, false, range.lowerBound)
    for index in range {
      let byte = bytes[index]
      if byte == Byte.quote {
        isQuoted.toggle()
      } else if isQuoted {
        continue
      } else if byte == delimiter {
        count += 1
      } else if byte == Byte.lineFeed || byte == Byte.carriageReturn {
        if index > rowStart { counts.append(count) }
        (count, rowStart) = (0, index + 1)
        if counts.count == sampleRows { return counts }
      }
    }
    if isWhole || counts.isEmpty, rowStart < range.upperBound { counts.append(count) }
    return counts
  }
}
