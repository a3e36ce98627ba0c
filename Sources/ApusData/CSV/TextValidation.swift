/// Refuses text that is not UTF-8 or that holds NUL.
enum TextValidation {
  /// Checks one field.
  ///
  /// - Throws: `DataError` with `invalidUTF8` or `nulByte`, naming the byte's offset in the input.
  static func check(
    _ bytes: Span<UInt8>,
    _ range: Range<Int>,
    offset: Int,
    file: String?,
    line: Int,
    column: String?
  ) throws(DataError) {
    if let bad = firstInvalid(bytes.extracting(range)) {
      throw DataError(
        .invalidUTF8,
        "the text is not valid UTF-8 at byte offset \(offset + range.lowerBound + bad)",
        file: file,
        line: line,
        column: column
      )
    }
    for index in range where bytes[index] == 0 {
      throw DataError(
        .nulByte,
        "the text holds a NUL byte at byte offset \(offset + index)",
        file: file,
        line: line,
        column: column
      )
    }
  }

  private static func firstInvalid(_ bytes: Span<UInt8>) -> Int? {
    do throws(UTF8.ValidationError) {
      _ = try UTF8Span(validating: bytes)
      return nil
    } catch {
      return error.byteOffsets.lowerBound
    }
  }
}
