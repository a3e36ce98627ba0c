extension RawColumn {
  /// The bytes of one column of a request, behind what they say of themselves.
  ///
  /// ```
  /// | kind 1 | missing 1 | 0 (2) | length u32 | bitmap of missing rows | values, padding |
  ///                                           '---------------- bytes ----------------'
  /// ```
  struct Block: ~Escapable {
    /// The bytes before the bitmap.
    static let headLength = 8

    /// The kind of the values.
    let kind: Kind
    /// What was not read yet.
    var bytes: ByteCursor
    private let hasMissing: Bool

    /// Takes one column block from the front of `data`.
    @_lifetime(copy data)
    init(from data: inout ByteCursor) throws(WireError) {
      guard
        let kindByte = data.read(UInt8.self),
        let missingByte = data.read(UInt8.self),
        let reserved = data.read(UInt16.self),
        let length = data.read(UInt32.self),
        length >= 8, length % 8 == 0, let bytes = data.take(Int(length) - 8)
      else {
        throw .protocolViolation("a column does not fit the body")
      }
      guard let kind = Kind(rawValue: kindByte) else {
        throw .protocolViolation("the kind of a column is unknown")
      }
      guard missingByte <= 1 else { throw .protocolViolation("a boolean is neither 0 nor 1") }
      guard reserved == 0 else { throw .reservedNotZero }
      self.kind = kind
      self.bytes = bytes
      hasMissing = missingByte == 1
    }

    /// Reads which rows are missing; empty where none can be.
    @_lifetime(self: copy self)
    mutating func readMissing(rowCount: Int) throws(WireError) -> [Bool] {
      hasMissing ? try bytes.readBitmap(count: rowCount) : []
    }

    /// Verifies that nothing but padding is left.
    func finish() throws(WireError) {
      guard bytes.count < 8, bytes.isZero else {
        throw .protocolViolation("a column is longer than its values")
      }
    }
  }
}

extension WireError {
  static let missingNotZero = WireError.protocolViolation(
    "the value of a missing row is not zero")
}
