/// The texts that mean "no value": nothing, `NA`, `NaN`, `null` and `?`, in any case, spaces around
/// them allowed, quoted or not.
enum MissingText {
  /// Whether a field has no value.
  @inline(__always)
  static func matches(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Bool {
    let isLong = range.count > 4
    // A long field can only be missing when it is padded.
    if isLong, bytes[range.lowerBound] > Byte.space, bytes[range.upperBound - 1] > Byte.space {
      return false
    }
    return matchesTrimmed(bytes, range)
  }

  private static func matchesTrimmed(
    _ bytes: Span<UInt8>,
    _ padded: Range<Int>
  ) -> Bool {
    let range = bytes.trimmed(padded)
    return switch range.count {
    case 0: true
    case 1: bytes.spells(.questionMark, in: range)
    case 2: bytes.spells(.na, in: range)
    case 3: bytes.spells(.nan, in: range)
    case 4: bytes.spells(.null, in: range)
    default: false
    }
  }
}
