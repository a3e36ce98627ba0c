import ApusServing
import ApusWire
import NIOCore
import Testing

/// Rows of nothing but numbers are transformed at once, to the same bits and errors.
@Suite struct RawNumberTests {
  /// A model of two numbers that takes nothing but numbers.
  private struct NumbersOnly: ServedModel {
    let info = ModelInfo(
      handle: ModelHandle(rawValue: 0), name: "pair", version: "1", schemaHash: 5,
      task: .regression, featureWidth: 2, outputWidth: 1,
      columns: [
        .init(name: "visits", valueKind: .integer), .init(name: "spent", valueKind: .real),
      ],
      device: "fake", digest: [UInt8](repeating: 1, count: 32))
    let multiplyAddsPerRow = 2
    let isOnCPU = true
    let takesNumbers = true

    func transform(
      _ columns: [RawColumn], rowCount: Int, into rows: inout MutableSpan<Float>
    ) throws(ScoringError) { throw .internal }

    func transform(
      numbers: Span<Double>, rowCount: Int, into rows: inout MutableSpan<Float>
    ) {
      for index in numbers.indices {
        let (column, row) = index.quotientAndRemainder(dividingBy: rowCount)
        rows[2 * row + column] = numbers[index].isNaN ? -100 : Float(numbers[index])
      }
    }

    func score(
      floatRows: Span<Float>, rowCount: Int, into scores: inout MutableSpan<Float>
    ) throws(ScoringError) {
      for row in 0..<rowCount { scores[row] = floatRows[2 * row] + floatRows[2 * row + 1] }
    }
  }

  private func reply(_ model: some ServedModel, _ columns: [RawColumn]) async throws -> Frame {
    let server = try await Server.start(ServerConfiguration(), catalog: ModelCatalog([model]))
    do {
      let raw = try RawClient(port: server.address.port ?? 0)
      try raw.hello()
      raw.send(ModelInfoRequest(name: model.info.name), id: 2)
      let info = try ModelInfo(decoding: try #require(try raw.receive()).body)
      var frame = ByteBuffer()
      ScoreRequest.encode(
        columns: columns, model: info.handle, schemaHash: info.schemaHash, correlationID: 3,
        into: &frame)
      raw.send(Array(buffer: frame))
      let reply = try #require(try raw.receive())
      await server.drain()
      return reply
    } catch {
      await server.drain()
      throw error
    }
  }

  @Test(arguments: [1, 3, 130])
  func scoresAreThoseOfCollectedColumns(rowCount: Int) async throws {
    let model = ArtifactModel(try SmallNet.scorer(seed: 7))
    func number(_ row: Int, _ column: Int) -> Double? {
      guard (row + column) % 5 > 0 else { return nil }
      return Double((row * 7 + column * 3) % 23) / 3 - 2
    }
    // One column of its table is constant, and no column of the model.
    let columns = model.info.columns.indices.map { column in
      RawColumn.numbers((0..<rowCount).map { number($0, column) })
    }
    var expected = [Float](repeating: 0, count: rowCount)
    var span = expected.mutableSpan
    try model.score(columns: columns, rowCount: rowCount, into: &span)
    let scores = try ScoreReply(decoding: try await reply(model, columns).body).scores
    #expect(scores == expected)
  }

  @Test func numbersAreNotCollected() async throws {
    let columns = [RawColumn.numbers([3, nil]), .numbers([0.5, 2.25])]
    let scores = try ScoreReply(decoding: try await reply(NumbersOnly(), columns).body).scores
    #expect(scores == [3.5, -97.75])
  }

  @Test(arguments: [0.5, -0x1p54])
  func aNumberThatIsNotWholeIsNamed(value: Double) async throws {
    let columns = [RawColumn.numbers([3, value]), .numbers([0.5, 0.5])]
    let frame = try await reply(NumbersOnly(), columns)
    let error = try WireError(decoding: frame.body)
    #expect(error.code == .badInput)
    #expect(error.text == "a value is not a whole number of at most 2^53")
  }
}
