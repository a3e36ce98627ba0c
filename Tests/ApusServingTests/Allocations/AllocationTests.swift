import ApusServing
import ApusWire
import CAllocations
import NIOCore
import Testing

/// A server in its steady state takes nothing from the heap to answer a request.
///
/// The one event loop is counted from `recv` to `send`: frames, batches, net, replies.
@Suite(.serialized, .enabled(if: callocations_are_counted() != 0)) struct AllocationTests {
  private static let requestCount = 10_000

  /// What a net is said to cost in multiplications: one that is scored when its connection was
  /// read, and one that waits for the rows of other connections.
  private static let sizes: [Int?] = [nil, 30_000]

  @Test(arguments: [1, 16], sizes)
  func requestsAreAnsweredWithoutAllocations(pipelined: Int, multiplyAdds: Int?) async throws {
    let model = WatchedModel(
      ArtifactModel(try SmallNet.scorer(seed: 1)), multiplyAddsPerRow: multiplyAdds)
    let count = try await Self.allocations(of: model, pipelined: pipelined)
    if count > 0 { callocations_print_first() }
    #expect(count == 0, "in \(Self.requestCount) requests")
  }

  @Test func rawNumbersAreAnsweredWithoutAllocations() async throws {
    let model = WatchedModel(ArtifactModel(try SmallNet.scorer(seed: 1)))
    let count = try await Self.allocations(of: model, pipelined: 16, areRaw: true)
    if count > 0 { callocations_print_first() }
    #expect(count == 0, "in \(Self.requestCount) requests")
  }

  @Test func aModelThatAllocatesIsCaught() async throws {
    let model = WatchedModel(ArtifactModel(try SmallNet.scorer(seed: 1)), isWasteful: true)
    #expect(try await Self.allocations(of: model, pipelined: 1) >= Self.requestCount)
  }

  /// Counts what a server's loop allocates while it scores one row after the other.
  private static func allocations(
    of model: WatchedModel, pipelined: Int, areRaw: Bool = false
  ) async throws -> UInt {
    var configuration = ServerConfiguration()
    configuration.eventLoopThreads = 1
    configuration.defaultBudget = .seconds(20)
    let server = try await Server.start(configuration, catalog: ModelCatalog([model]))
    do {
      let raw = try RawClient(port: server.address.port ?? 0)
      try raw.hello()
      raw.send(ModelInfoRequest(name: model.info.name), id: 2)
      let info = try ModelInfo(decoding: try #require(try raw.receive()).body)
      var frames = ByteBuffer()
      for id in 0..<pipelined {
        let row = (0..<info.featureWidth).map { Float(($0 + id) % 5) }
        guard areRaw else {
          frames.writeImmutableBuffer(scoreFrame(info, rows: row, id: UInt64(10 + id)))
          continue
        }
        ScoreRequest.encode(
          columns: row.map { .numbers([Double($0)]) }, model: info.handle,
          schemaHash: info.schemaHash, correlationID: UInt64(10 + id), into: &frames)
      }
      let bytes = Array(buffer: frames)
      func exchange(_ count: Int) throws {
        for _ in 0..<count / pipelined {
          raw.send(bytes)
          for _ in 0..<pipelined {
            let reply = try #require(try raw.receive())
            try #require(reply.header.type == .scoreOK)
          }
        }
      }
      try exchange(requestCount / 10)
      callocations_start()
      try exchange(requestCount)
      let count = callocations_count()
      await server.drain()
      return count
    } catch {
      await server.drain()
      throw error
    }
  }
}
