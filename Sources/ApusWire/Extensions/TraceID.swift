import NIOCore

/// Sixteen bytes that name a request in the logs of those who made it.
///
/// The server does not read anything into them. Printed, they are 32 hexadecimal digits in the
/// order in which the bytes are sent, as trace ids of W3C's `traceparent` are.
public struct TraceID: RawRepresentable, Hashable, Sendable {
  /// The bytes as one number, whose highest byte is sent first.
  public let rawValue: UInt128

  /// Creates a trace id from its bytes as one number.
  public init(rawValue: UInt128) { self.rawValue = rawValue }

  /// Returns a trace id that nobody else has.
  public static func random() -> TraceID { TraceID(rawValue: .random(in: 1 ... .max)) }

  init?(from payload: inout ByteCursor) {
    guard let number = payload.read(UInt128.self) else { return nil }
    rawValue = number.byteSwapped
  }

  func encode(into buffer: inout ByteBuffer) {
    buffer.writeInteger(rawValue, endianness: .big)
  }
}

extension TraceID: CustomStringConvertible {
  /// Thirty-two hexadecimal digits.
  public var description: String {
    let digits = String(rawValue, radix: 16)
    return String(repeating: "0", count: 32 - digits.utf8.count) + digits
  }
}
