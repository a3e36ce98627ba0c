import ApusClient
import ApusServing
import ApusWire
import NIOCore
import Testing

/// Many rows through a server that grants little.
@Suite struct BulkTests {
  /// The columns of ``FakeModel`` whose score is the number of the row.
  private func columns(_ rows: Range<Int>, text: String = "") -> [RawColumn] {
    [
      .numbers(rows.map { Double($0 - text.utf8.count) }),
      .booleans(rows.map { _ in false }),
      .categories(rows.map { _ in text }),
      .numbers(rows.map { _ in 0 }),
    ]
  }

  @Test func grantIsWhatTheServerSays() async throws {
    try await TestServer.run({
      $0.credit = Credit(requests: 3, rows: 50, bytes: 5000)
      $0.rowsPerRequest = 20
    }) { test in
      let grant = try await test.healthy.grant()
      #expect(grant.credit == Credit(requests: 3, rows: 50, bytes: 5000))
      #expect(grant.rowsPerRequest == 20)
    }
  }

  @Test(arguments: [1, 7, 20, 1_000_000])
  func rowsAreCutToTheGrant(_ batchSize: Int) async throws {
    try await TestServer.run({
      $0.credit = Credit(requests: 3, rows: 50, bytes: 5000)
      $0.rowsPerRequest = 20
    }) { test in
      let scores = try await test.healthy.score(
        model: test.info,
        rowCount: 1001,
        batchSize: batchSize
      ) { columns($0) }
      #expect(scores == (0..<1001).map { Float($0) })
    }
  }

  @Test func bytesOfRequestsAreCutToTheGrant() async throws {
    try await TestServer.run({ $0.bodyLength = 4096 }) { test in
      let scores = try await test.healthy.score(
        model: test.info,
        rowCount: 500,
        batchSize: 1000
      ) { columns($0, text: String(repeating: "ä", count: 400)) }
      #expect(scores == (0..<500).map { Float($0) })
    }
  }

  @Test func bytesOfRepliesAreCutToTheGrant() async throws {
    try await TestServer.run({ $0.bodyLength = 4096 }, model: FakeModel(outputWidth: 300)) { test in
      let scores = try await test.healthy.score(
        model: test.info,
        rowCount: 100,
        batchSize: 1000
      ) { columns($0) }
      #expect(scores == (0..<100).flatMap { [Float](repeating: Float($0), count: 300) })
      throw Drained()
    }
  }

  @Test func aRowThatIsTooLargeIsATypedError() async throws {
    try await TestServer.run({ $0.bodyLength = 4096 }) { test in
      let error = await #expect(throws: ClientError.self) {
        try await test.healthy.score(model: test.info, rowCount: 3, batchSize: 3) {
          columns($0, text: String(repeating: "a", count: 5000))
        }
      }
      #expect(error?.code == .tooLarge)
    }
  }

  @Test func onlyWhatTheCreditLetsFlyIsEncoded() async throws {
    try await TestServer.run({
      $0.credit = Credit(requests: 100, rows: 40, bytes: 1 << 20)
      $0.inlineNanoseconds = 0
    }) { test in
      // Time runs only for requests that fly: those behind them are not even made.
      var made: [Int] = []
      let error = await #expect(throws: ClientError.self) {
        try await test.healthy.score(
          model: test.info,
          rowCount: 1000,
          batchSize: 10,
          timeout: .milliseconds(50)
        ) { rows in
          made.append(rows.lowerBound)
          var columns = columns(rows)
          columns[0] = .numbers(rows.map { _ in Double(FakeModel.blocking) })
          return columns
        }
      }
      // Both sides keep the time; either may be the first to see that it is over.
      #expect(error?.code == .timeout || error?.wireError?.code == .deadline)
      #expect(made == [0, 10, 20, 30, 40])
      test.model.gate.open()
    }
  }

  @Test func rowsThatFailAreNotNumbers() async throws {
    try await TestServer.run { test in
      let scores = try await test.healthy.score(model: test.info, rowCount: 25, batchSize: 10) {
        var columns = columns($0)
        columns[0] = .numbers($0.map { $0 == 13 ? 1e300 : 1 })
        return columns
      }
      #expect(scores.indices.filter { scores[$0].isNaN } == [13])
      #expect(scores.filter { $0 == 1 }.count == 24)
    }
  }

  @Test func noRowsGiveNoScores() async throws {
    try await TestServer.run { test in
      let scores = try await test.healthy.score(model: test.info, rowCount: 0, batchSize: 10) {
        columns($0)
      }
      #expect(scores.isEmpty)
    }
  }
}
