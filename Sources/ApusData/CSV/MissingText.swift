/// The texts that mean "no value": nothing, `NA`, `NaN`, `null` and `?`, in any case, spaces around
/// them allowed, quoted or not.
enum MissingText {
  /// Whether a field has no value.
  @inline(__always)
  static func matches(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Bool {
    guard !range.isEmpty else { return true }
    let isPadded =
      bytes[range.lowerBound] <= Byte.space || bytes[range.upperBound - 1] <= Byte.space
    return isPadded
      ? matchesWord(bytes, bytes.trimmed(range)) : range.count <= 4 && matchesWord(bytes, range)
  }

  @inline(__always)
  private static func matchesWord(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Bool {
    switch range.count {
    case 0: true
    case 1: bytes.spells(.questionMark, in: range)
    case 2: bytes.spells(.na, in: range)
    case 3: bytes.spells(.nan, in: range)
    case 4: bytes.spells(.null, in: range)
    default: false
    }
  }
}
