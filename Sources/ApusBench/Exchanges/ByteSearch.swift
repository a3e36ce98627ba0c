extension RawSpan {
  /// The byte at an offset.
  func byte(_ offset: Int) -> UInt8 { unsafe unsafeLoad(fromByteOffset: offset, as: UInt8.self) }

  /// The number in some bytes, most significant byte first.
  func bigEndian(_ range: Range<Int>) -> Int { range.reduce(0) { $0 << 8 | Int(byte($1)) } }

  /// Where a pattern begins, compared without regard to the case of the letters A to Z.
  ///
  /// - Parameters:
  ///   - pattern: At least one byte, in small letters.
  ///   - range: Where the pattern may lie.
  /// - Returns: The offset of its first byte; `nil` if it is not there.
  func firstOffset(of pattern: StaticString, in range: Range<Int>) -> Int? {
    let length = pattern.utf8CodeUnitCount
    guard range.count >= length else { return nil }
    return pattern.withUTF8Buffer { wanted in
      (range.lowerBound...range.upperBound - length).first { start in
        for index in 0..<length {
          let found = byte(start + index)
          let small = (0x41...0x5A).contains(found) ? found | 0x20 : found
          if unsafe small != wanted[index] { return false }
        }
        return true
      }
    }
  }
}
