internal import NIOCore

/// A place in received bytes, which reads from the front of what is left.
///
/// It looks at the bytes where they lie: nothing is counted, copied or allocated. Numbers are
/// little-endian, wherever they lie.
struct ByteCursor: ~Escapable {
  /// What was not read yet.
  private(set) var rest: RawSpan

  @_lifetime(copy bytes)
  init(_ bytes: RawSpan) { rest = bytes }

  /// The bytes that are left.
  var count: Int { rest.byteCount }

  /// Whether all that is left is zero.
  var isZero: Bool {
    for offset in 0..<count
    where unsafe rest.unsafeLoad(fromByteOffset: offset, as: UInt8.self) != 0 {
      return false
    }
    return true
  }

  /// Reads the next number, or nothing if too little is left.
  @_lifetime(self: copy self)
  mutating func read<Number: FixedWidthInteger & BitwiseCopyable>(_: Number.Type) -> Number? {
    let size = MemoryLayout<Number>.size
    guard count >= size else { return nil }
    let number = unsafe rest.unsafeLoadUnaligned(fromByteOffset: 0, as: Number.self)
    rest = rest.extracting(droppingFirst: size)
    return Number(littleEndian: number)
  }

  /// Takes the next bytes, or nothing if too few are left.
  @_lifetime(copy self)
  @_lifetime(self: copy self)
  mutating func take(_ length: Int) -> ByteCursor? {
    guard 0...count ~= length else { return nil }
    let taken = ByteCursor(rest.extracting(first: length))
    rest = rest.extracting(droppingFirst: length)
    return taken
  }

  /// Leaves out the next bytes, which must be there.
  @_lifetime(self: copy self)
  mutating func drop(_ length: Int) { rest = rest.extracting(droppingFirst: length) }
}

extension ByteCursor {
  /// The number that starts after so many of the bytes that are left, which must be there.
  func load<Number: BitwiseCopyable>(at offset: Int, as _: Number.Type) -> Number {
    unsafe rest.unsafeLoadUnaligned(fromByteOffset: offset, as: Number.self)
  }

  /// Returns the bytes that are left.
  func bytes() -> [UInt8] {
    (0..<count).map { unsafe rest.unsafeLoad(fromByteOffset: $0, as: UInt8.self) }
  }

  /// Returns the numbers that are left.
  func floats() -> [Float] {
    let count = count / MemoryLayout<Float>.size
    return [Float](capacity: count) { output in
      for index in 0..<count {
        output.append(load(at: index * MemoryLayout<Float>.size, as: Float.self))
      }
    }
  }

  /// Returns the bytes that are left as a text.
  func validatedText() throws(WireError) -> String {
    do {
      return String(
        copying: try UTF8Span(validating: unsafe rest._unsafeView(as: UInt8.self)))
    } catch {
      throw .protocolViolation("a text is not valid UTF-8")
    }
  }
}
