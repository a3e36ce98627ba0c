/// The places where unquoted fields end, one after the other.
///
/// Looks at 64 bytes at a time and keeps one bit for each: set for the delimiter and for all bytes
/// below
/// 14, which the line ends are. Finding the next place is then counting zeros, without a branch
/// that depends on how long a field is.
struct FieldEnds {
  private let delimiter: UInt8
  private var base = 0
  private var marks: UInt64 = 0

  @inline(__always)
  init(of bytes: Span<UInt8>, delimiter: UInt8) {
    self.delimiter = delimiter
    marks = marks(in: bytes, at: 0)
  }

  /// Goes on from a place that is not before the last one.
  @inline(__always)
  mutating func move(to place: Int, in bytes: Span<UInt8>) {
    if place - base < 64 {
      marks &= UInt64.max << UInt64(place - base)
    } else {
      base = place
      marks = marks(in: bytes, at: place)
    }
  }

  /// The next place, or the end of the bytes when there is none.
  @inline(__always)
  mutating func next(in bytes: Span<UInt8>) -> Int {
    while marks != 0 || refill(from: bytes) {
      let place = base + marks.trailingZeroBitCount
      marks &= marks &- 1
      let byte = bytes[place]
      if byte == delimiter || byte == Byte.lineFeed || byte == Byte.carriageReturn { return place }
    }
    return bytes.count
  }

  /// Goes on to the next 64 bytes with a mark, if there are any.
  @inline(never)
  private mutating func refill(from bytes: Span<UInt8>) -> Bool {
    while marks == 0 {
      base += 64
      if base >= bytes.count { return false }
      marks = marks(in: bytes, at: base)
    }
    return true
  }

  @inline(__always)
  private func marks(in bytes: Span<UInt8>, at start: Int) -> UInt64 {
    var marks: UInt64 = 0
    if start >= 0, start + 64 <= bytes.count {
      for index in 0..<8 {
        let word = unsafe bytes.word(uncheckedAt: start + 8 * index)
        marks |= mark(word) << UInt64(8 * index)
      }
    } else {
      for place in stride(from: start, to: bytes.count, by: 8) {
        let rest = place..<min(place + 8, bytes.count)
        // Past the end stand bytes that are never marked.
        let word = bytes.word(rest) | UInt64.max << UInt64(8 * rest.count)
        marks |= mark(word) << UInt64(place - start)
      }
    }
    return marks
  }

  /// One bit for each of eight bytes, the first of them lowest.
  ///
  /// No step carries from one byte into another, so every bit is exact. The multiplication gathers
  /// the lowest bits of the bytes in the highest byte.
  @inline(__always)
  private func mark(_ word: UInt64) -> UInt64 {
    let lowBits: UInt64 = 0x7F7F_7F7F_7F7F_7F7F
    let ones: UInt64 = 0x0101_0101_0101_0101
    let difference = word ^ ones &* UInt64(delimiter)
    let isOther = (difference & lowBits) &+ lowBits | difference
    let isAbove = (word & lowBits) &+ ones &* (0x80 - 14) | word
    let bits = ~(isOther & isAbove) >> 7 & ones
    return (bits &* 0x0102_0408_1020_4080) >> 56
  }
}
