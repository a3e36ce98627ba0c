import NIOCore

/// Sixteen bytes that name an order, so that repeating it does nothing twice.
public struct RequestKey: RawRepresentable, Hashable, Sendable {
  /// The bytes as one number, whose highest byte is sent first.
  public let rawValue: UInt128

  /// Creates a key from its bytes as one number.
  public init(rawValue: UInt128) { self.rawValue = rawValue }

  /// Returns a key that nobody else has.
  public static func random() -> RequestKey { RequestKey(rawValue: .random(in: .min ... .max)) }

  init(from reader: inout BodyReader) {
    rawValue = reader.readBytes(16).reduce(0) { $0 << 8 | UInt128($1) }
  }

  func encode(into buffer: inout ByteBuffer) {
    buffer.writeInteger(rawValue, endianness: .big)
  }
}
