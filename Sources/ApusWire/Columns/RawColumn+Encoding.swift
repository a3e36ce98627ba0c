import NIOCore

extension RawColumn {
  /// Appends the column block, padded to a multiple of 8 bytes.
  func encode(into buffer: inout ByteBuffer) {
    let start = buffer.writerIndex
    buffer.writeInteger(kind.rawValue)
    buffer.writeInteger(missing.isEmpty ? 0 : 1, as: UInt8.self)
    buffer.writeRepeatingByte(0, count: 6)
    if !missing.isEmpty {
      buffer.writeBitmap(missing)
    }
    switch values {
    case .numbers(let numbers):
      for row in numbers.indices {
        let number = isMissing(row) ? 0 : numbers[row]
        buffer.writeInteger(number.bitPattern, endianness: .little)
      }
    case .booleans(let booleans):
      for row in booleans.indices {
        buffer.writeInteger(booleans[row] && !isMissing(row) ? 1 : 0, as: UInt8.self)
      }
    case .categories(let dictionary, let codes):
      writeCategories(dictionary, codes, into: &buffer)
    }
    buffer.writePadding(since: start)
    buffer.setInteger(
      UInt32(buffer.writerIndex - start),
      at: start + 4,
      endianness: .little
    )
  }

  private func writeCategories(
    _ dictionary: [String],
    _ codes: [UInt32],
    into buffer: inout ByteBuffer
  ) {
    let textLength = dictionary.reduce(0) { $0 + $1.utf8.count }
    buffer.writeInteger(UInt32(dictionary.count), endianness: .little)
    buffer.writeInteger(UInt32(textLength), endianness: .little)
    var end = 0
    for text in dictionary {
      end += text.utf8.count
      buffer.writeInteger(UInt32(end), endianness: .little)
    }
    for row in codes.indices {
      buffer.writeInteger(isMissing(row) ? 0 : codes[row], endianness: .little)
    }
    for text in dictionary { buffer.writeString(text) }
  }
}

extension ByteBuffer {
  /// Writes one bit per element, and the padding behind them.
  mutating func writeBitmap(_ bits: [Bool]) {
    let start = writerIndex
    for first in stride(from: 0, to: bits.count, by: 8) {
      var byte: UInt8 = 0
      for index in first..<min(first + 8, bits.count) where bits[index] {
        byte |= 1 << UInt8(index - first)
      }
      writeInteger(byte)
    }
    writePadding(since: start)
  }
}
