/// Requests of HTTP/1.1 on a connection that is kept, whose replies come in order.
struct HTTPExchange: Exchange {
  private static let statusOffset = 9
  private let request: [UInt8]

  /// Creates an exchange.
  ///
  /// - Parameter request: A whole request, its head included.
  init(request: [UInt8]) { self.request = request }

  var requestCount: Int { 1 }

  mutating func write(_ request: Int, identifier: UInt64, into output: inout StreamBuffer) {
    output.append(self.request)
  }

  func incoming(_ bytes: RawSpan) -> Incoming {
    guard let end = bytes.firstOffset(of: "\r\n\r\n", in: 0..<bytes.byteCount) else {
      return .incomplete
    }
    let name: StaticString = "\r\ncontent-length:"
    guard let field = bytes.firstOffset(of: name, in: 0..<end) else { return .broken }
    var length = 0
    for offset in field + name.utf8CodeUnitCount..<end {
      switch bytes.byte(offset) {
      case UInt8(ascii: " "): continue
      case let digit where (0x30...0x39).contains(digit): length = length * 10 + Int(digit & 15)
      default: return whole(end + 4 + length, of: bytes)
      }
    }
    return whole(end + 4 + length, of: bytes)
  }

  mutating func verdict(on reply: RawSpan, to request: Int) -> Verdict {
    let status = (0..<3).reduce(0) { $0 * 10 + UInt16(reply.byte(Self.statusOffset + $1) & 15) }
    return status == 200 ? .right(failedRows: 0) : .error(code: status)
  }

  private func whole(_ length: Int, of bytes: RawSpan) -> Incoming {
    bytes.byteCount < length ? .incomplete : .oldest(length: length)
  }
}
