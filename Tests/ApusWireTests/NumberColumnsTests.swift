import ApusWire
import NIOCore
import Testing

/// Numbers that are read at once are those that are collected by column, and so are the errors.
@Suite struct NumberColumnsTests {
  private func body(_ columns: [RawColumn]) -> ByteBuffer {
    var frame = ByteBuffer()
    ScoreRequest.encode(
      columns: columns, model: ModelHandle(rawValue: 1), schemaHash: 2, correlationID: 3,
      into: &frame)
    frame.moveReaderIndex(forwardBy: WireLimits.headerLength)
    return frame
  }

  /// What is read at once; nil where not all columns are numbers.
  private func atOnce(_ body: ByteBuffer) throws(WireError) -> [RawColumn]? {
    let request = try ScoreRequest(decoding: body)
    guard request.encoding == .rawColumns, request.canBeNumbers else { return nil }
    let rowCount = request.rowCount
    var numbers = [Double](repeating: -1, count: request.columnCount * rowCount)
    var span = numbers.mutableSpan
    guard try request.readNumbers(into: &span) else { return nil }
    return (0..<request.columnCount).map { column in
      let cells = numbers[column * rowCount..<(column + 1) * rowCount]
      return .numbers(cells.map { $0.isNaN ? nil : $0 })
    }
  }

  private func collected(_ body: ByteBuffer) throws(WireError) -> [RawColumn] {
    try ScoreRequest(decoding: body).rawColumns()
  }

  private func expectSame(_ body: ByteBuffer, _ what: String) {
    let expected = Result { () throws(WireError) in try collected(body) }
    do throws(WireError) {
      guard let columns = try atOnce(body) else { return }
      #expect(expected == .success(columns), "\(what)")
    } catch {
      #expect(expected == .failure(error), "\(what)")
    }
  }

  private let numbers: [RawColumn] = [
    .numbers([1.5, -0.0, 3e300]), .numbers([nil, 7, nil]), .numbers([0, 0, 0]),
  ]

  private let withoutGaps: [RawColumn] = [
    .numbers([1.5, -0.0, .greatestFiniteMagnitude]), .numbers([-7, 0.1, .leastNonzeroMagnitude]),
    .numbers([0, 0, 0]),
  ]

  @Test func numbersAndGapsAreReadAtOnce() throws {
    #expect(try atOnce(body(numbers)) == numbers)
    #expect(try atOnce(body(withoutGaps)) == withoutGaps)
    let wide = [RawColumn.numbers((0..<131).map { $0 % 3 == 0 ? nil : Double($0) })]
    #expect(try atOnce(body(wide)) == wide)
  }

  @Test func columnsOfOtherKindsAreLeftAlone() throws {
    let one = RawColumn.numbers([1, 2, 3])
    #expect(try atOnce(body([one, .booleans([true, nil, false])])) == nil)
    #expect(try atOnce(body([.categories(["a", "b", "a"]), one])) == nil)
  }

  @Test func memoryIsNotSetAsideForNumbersThatAreNotThere() throws {
    #expect(try ScoreRequest(decoding: body(numbers)).canBeNumbers)
    // A boolean takes a byte of a row, a number eight.
    let booleans = [RawColumn.booleans([Bool?](repeating: true, count: 100))]
    #expect(try !ScoreRequest(decoding: body(booleans)).canBeNumbers)
  }

  @Test func everyFlippedBitGivesTheSameErrorOrTheSameNumbers() {
    for whole in [body(numbers), body(withoutGaps)] {
      for bit in 0..<8 * whole.readableBytes {
        var damaged = whole
        let place = damaged.readerIndex + bit / 8
        let byte = damaged.getInteger(at: place, as: UInt8.self) ?? 0
        damaged.setInteger(byte ^ 1 << UInt8(bit % 8), at: place)
        expectSame(damaged, "bit \(bit)")
      }
    }
  }

  @Test func everyTruncationGivesTheSameError() {
    for whole in [body(numbers), body(withoutGaps)] {
      for length in 0..<whole.readableBytes {
        guard let part = whole.getSlice(at: whole.readerIndex, length: length) else { continue }
        expectSame(part, "\(length) bytes")
      }
    }
  }
}
