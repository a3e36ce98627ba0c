import ApusWire
import NIOCore
import Testing

/// Numbers that are read where they lie are those that are collected, and so are the errors.
@Suite struct NumberColumnsTests {
  private func body(_ columns: [RawColumn]) -> ByteBuffer {
    var frame = ByteBuffer()
    ScoreRequest.encode(
      columns: columns, model: ModelHandle(rawValue: 1), schemaHash: 2, correlationID: 3,
      into: &frame)
    frame.moveReaderIndex(forwardBy: WireLimits.headerLength)
    return frame
  }

  /// What is read in place; nil where not all columns are numbers.
  private func inPlace(_ body: ByteBuffer) throws(WireError) -> [RawColumn]? {
    let request = try ScoreRequest(decoding: body)
    guard request.encoding == .rawColumns else { return nil }
    var columns: [RawColumn] = []
    let isWhole = try request.readNumbers { index, number throws(WireError) in
      #expect(index == columns.count)
      columns.append(.numbers((0..<request.rowCount).map { number($0) }))
      return true
    }
    return isWhole ? columns : nil
  }

  private func collected(_ body: ByteBuffer) throws(WireError) -> [RawColumn] {
    try ScoreRequest(decoding: body).rawColumns()
  }

  private func expectSame(_ body: ByteBuffer, _ what: String) {
    do throws(WireError) {
      guard let columns = try inPlace(body) else { return }
      let expected = try collected(body)
      #expect(columns == expected, "\(what)")
    } catch {
      let failure = error
      let expected = #expect(throws: WireError.self, "\(what)") { try collected(body) }
      #expect(failure == expected, "\(what)")
    }
  }

  private let numbers: [RawColumn] = [
    .numbers([1.5, -0.0, 3e300]), .numbers([nil, 7, nil]), .numbers([0, 0, 0]),
  ]

  @Test func numbersAndGapsAreReadInPlace() throws {
    #expect(try inPlace(body(numbers)) == numbers)
    let wide = [RawColumn.numbers((0..<131).map { $0 % 3 == 0 ? nil : Double($0) })]
    #expect(try inPlace(body(wide)) == wide)
  }

  @Test func columnsOfOtherKindsAreLeftAlone() throws {
    let one = RawColumn.numbers([1, 2, 3])
    #expect(try inPlace(body([one, .booleans([true, nil, false])])) == nil)
    #expect(try inPlace(body([.categories(["a", "b", "a"]), one])) == nil)
  }

  @Test func whoeverTakesNoMoreIsAskedNoMore() throws {
    let request = try ScoreRequest(decoding: body(numbers))
    var taken: [Int] = []
    let isWhole = try request.readNumbers { index, _ throws(WireError) in
      taken.append(index)
      return index < 1
    }
    #expect(!isWhole)
    #expect(taken == [0, 1])
  }

  @Test func everyFlippedBitGivesTheSameErrorOrTheSameNumbers() {
    let whole = body(numbers)
    for bit in 0..<8 * whole.readableBytes {
      var damaged = whole
      let place = damaged.readerIndex + bit / 8
      let byte = damaged.getInteger(at: place, as: UInt8.self) ?? 0
      damaged.setInteger(byte ^ 1 << UInt8(bit % 8), at: place)
      expectSame(damaged, "bit \(bit)")
    }
  }

  @Test func everyTruncationGivesTheSameError() {
    let whole = body(numbers)
    for length in 0..<whole.readableBytes {
      guard let part = whole.getSlice(at: whole.readerIndex, length: length) else { continue }
      expectSame(part, "\(length) bytes")
    }
  }
}
