import ApusWire
import NIOCore
import Testing

@Suite struct ScoreRequestTests {
  private let handle = ModelHandle(rawValue: 1)

  private func request(_ rows: [Float], rowCount: Int) throws -> ScoreRequest {
    var buffer = ByteBuffer()
    ScoreRequest.encode(
      floatRows: rows.span,
      rowCount: rowCount,
      model: handle,
      schemaHash: 2,
      correlationID: 3,
      into: &buffer
    )
    return try decoded(&buffer)
  }

  private func decoded(_ buffer: inout ByteBuffer) throws -> ScoreRequest {
    var decoder = FrameDecoder(from: .client, maximumBodyLength: WireLimits.defaultBodyLength)
    let frame = try #require(try decoder.next(from: &buffer))
    return try ScoreRequest(decoding: frame.body)
  }

  private func error(_ vector: String, at offset: Int, _ bytes: [UInt8]) -> WireError? {
    var buffer = patched(Vector.named(vector), at: offset, bytes)
    return #expect(throws: WireError.self) { try decodeFully(&buffer, from: .client) }
  }

  @Test(arguments: [Float.nan, .signalingNaN, .infinity, -.infinity], [0, 5, 11])
  func nonFiniteValuesAreNamedByRowAndColumn(_ value: Float, _ index: Int) throws {
    var rows = [Float](repeating: 1, count: 12)
    rows[index] = value
    let request = try request(rows, rowCount: 3)
    let error = #expect(throws: WireError.self) { try request.verifyFinite() }
    #expect(error == .notFinite(row: index / 4, column: index % 4))
  }

  @Test func extremeFiniteValuesPass() throws {
    let rows: [Float] = [
      -0.0, .greatestFiniteMagnitude, .leastNonzeroMagnitude, Float(bitPattern: 0x8000_0100),
    ]
    try request(rows, rowCount: 2).verifyFinite()
  }

  @Test func rowsTimesColumnsMustMatchTheBody() {
    for (rows, columns) in [
      (2, 3), (1, 2), (1, 5), (0xFFFF_FFFF, 1), (1, 65535), (0x8000_0000, 65535),
    ] as [(UInt32, UInt32)] {
      let bytes = (rows.littleEndianBytes + columns.littleEndianBytes)
      #expect(error("score-float-row", at: 24, bytes)?.code == .protocolViolation)
    }
    #expect(error("score-float-row", at: 24, [0, 0, 0, 0])?.code == .protocolViolation)
    #expect(error("score-float-row", at: 28, [0, 0, 0, 0])?.code == .protocolViolation)
    #expect(error("score-float-row", at: 28, [0, 0, 1, 0])?.code == .tooLarge)
    #expect(error("score-float-row", at: 12, [2])?.code == .protocolViolation)
  }

  @Test func matrixIsReadInPlaceWhenAlignedAndCopiedWhenNot() throws {
    let rows: [Float] = [1, 2, 3]
    for shift in 0..<8 {
      var frame = ByteBuffer()
      ScoreRequest.encode(
        floatRows: rows.span,
        rowCount: 1,
        model: handle,
        schemaHash: 2,
        correlationID: 3,
        into: &frame
      )
      var buffer = ByteBuffer(repeating: 0, count: shift)
      buffer.writeBuffer(&frame)
      buffer.moveReaderIndex(forwardBy: shift)
      let matrix = try decoded(&buffer).withFloatRows { span in span.indices.map { span[$0] } }
      #expect(matrix == rows, "shifted by \(shift)")
    }
  }

  @Test func columnsOfEveryKindAndManySizesComeBack() throws {
    var random = SeededGenerator(seed: 42)
    for rowCount in [1, 2, 7, 8, 9, 63, 64, 65, 300] {
      let numbers = (0..<rowCount).map { _ in
        Bool.random(using: &random) ? Double.random(in: -1e9...1e9, using: &random) : nil
      }
      let booleans = (0..<rowCount).map { _ in [true, false, nil].randomElement(using: &random) }
      let texts = (0..<rowCount).map { _ in
        [nil, "", "a", "März", "🐦", String(repeating: "x", count: 300)]
          .randomElement(using: &random) ?? nil
      }
      let columns: [RawColumn] = [
        .numbers(numbers), .booleans(booleans.map { $0 ?? nil }), .categories(texts),
        .numbers(numbers.map { $0 ?? 1 }), .categories([String?](repeating: nil, count: rowCount)),
      ]
      var buffer = ByteBuffer()
      ScoreRequest.encode(
        columns: columns,
        model: handle,
        schemaHash: 2,
        correlationID: 3,
        into: &buffer
      )
      #expect(try decoded(&buffer).rawColumns() == columns, "\(rowCount) rows")
    }
  }

  // Offsets inside the body of `score-raw-columns`: number block at 32, boolean at 72, category at
  // 88.

  @Test func columnBlocksThatBreakTheRules() {
    let name = "score-raw-columns"
    for kind in [0, 4, 255] as [UInt8] {
      #expect(error(name, at: 32, [kind])?.code == .protocolViolation)
    }
    #expect(error(name, at: 33, [2])?.code == .protocolViolation)
    #expect(error(name, at: 36, [0, 0, 0, 0])?.code == .protocolViolation)
    #expect(error(name, at: 36, [41, 0, 0, 0])?.code == .protocolViolation)
    #expect(error(name, at: 36, [0xF8, 0xFF, 0xFF, 0xFF])?.code == .protocolViolation)
    // A bit past the last row; the value of a missing row.
    #expect(error(name, at: 40, [0b1010])?.text == "a bit past the last row is set")
    #expect(error(name, at: 56, [1])?.text == "the value of a missing row is not zero")
    // A boolean of 2.
    #expect(
      error(name, at: 81, [2]) == .badInput("a boolean is neither 0 nor 1", row: 1, column: 1)
    )
  }

  @Test func numbersThatAreNotFinite() {
    let bytes = [UInt8](repeating: 0, count: 6) + [0xF0, 0x7F]
    #expect(error("score-raw-columns", at: 64, bytes) == .notFinite(row: 2, column: 0))
  }

  @Test func dictionariesThatBreakTheRules() {
    let name = "score-raw-columns"
    // Entries at 104, text bytes at 108, ends at 112 and 116, codes at 120, 124 and 128.
    for entries in [4, 0x4000_0000, 0xFFFF_FFFF] as [UInt32] {
      #expect(error(name, at: 104, entries.littleEndianBytes)?.code == .protocolViolation)
    }
    for length in [7, 9, 0xFFFF_FFFF] as [UInt32] {
      #expect(error(name, at: 108, length.littleEndianBytes)?.code == .protocolViolation)
    }
    #expect(error(name, at: 112, [9])?.code == .protocolViolation)
    #expect(error(name, at: 116, [2])?.code == .protocolViolation)
    #expect(error(name, at: 116, [7])?.code == .protocolViolation)
    #expect(
      error(name, at: 120, [2])
        == .badInput("a category is not in its dictionary", row: 0, column: 2)
    )
    #expect(error(name, at: 128, [1])?.text == "the value of a missing row is not zero")
  }

  @Test func categoriesAreTheSameOnlyIfTheirBytesAre() {
    let composed = "caf\u{E9}"
    let decomposed = "cafe\u{301}"
    let column = RawColumn.categories([composed, decomposed, nil, composed, decomposed])
    guard case .categories(let dictionary, let codes) = column.values else {
      return #expect(Bool(false))
    }
    #expect(dictionary.map { Array($0.utf8) } == [composed, decomposed].map { Array($0.utf8) })
    #expect(codes == [0, 1, 0, 0, 1])
  }
}

extension UInt32 {
  var littleEndianBytes: [UInt8] { (0..<4).map { UInt8(truncatingIfNeeded: self >> ($0 * 8)) } }
}
