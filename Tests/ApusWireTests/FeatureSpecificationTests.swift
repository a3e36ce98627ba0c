import ApusWire
import NIOCore
import Testing

/// The examples of authentication, administration, ranking, embeddings and extensions.
@Suite struct FeatureSpecificationTests {
  private static let artifact = ModelHandle(rawValue: 0x1122_3344)
  private static let newArtifact = ModelHandle(rawValue: 0x5566_7788)
  private static let route = ModelHandle(rawValue: 0x91A2_B3C4)
  private static let schemaHash: UInt64 = 0xFEDC_BA98_7654_3210
  private static let traceID = TraceID(rawValue: 0x0af7_6519_16cd_43dd_8448_eb21_1c80_319c)
  private static let timing = Timing(
    queueNanoseconds: 1500,
    transformNanoseconds: 800,
    computeNanoseconds: 2500,
    totalNanoseconds: 5200,
    batchRows: 3,
    device: .openCL,
    quality: .fallbackDevice
  )

  @Test func authentication() throws {
    let code = Vector.named("auth").bytes[40..<72]
    try checkVector(
      Authentication(identifier: "shop-frontend", code: Array(code)),
      "auth",
      id: 2
    )
    try checkVector(AuthenticationOK(scopes: [.score, .decide]), "auth-ok", id: 2)
  }

  @Test func signsOfLife() throws {
    try checkVector(Cancel(), "cancel", id: 7)
    try checkVector(Probe(number: 9), "probe", id: 0)
    try checkVector(ProbeOK(number: 9), "probe-ok", id: 0)
    try checkVector(Credit(requests: 32, rows: 4096, bytes: 1 << 20), "credit", id: 0)
    try checkVector(
      Push(
        kind: .modelChanged,
        route: Self.route,
        artifact: Self.newArtifact,
        schemaHash: Self.schemaHash
      ),
      "push",
      id: 0
    )
    #expect(Self.route.isRoute && !Self.artifact.isRoute)
  }

  @Test func statistics() throws {
    try checkVector(StatisticsRequest(), "stats", id: 11)
    try checkVector(
      Statistics(entries: [
        .init(key: "connections.open", value: 3), .init(key: "uptime_seconds", value: 12.5),
      ]),
      "stats-ok",
      id: 11
    )
  }

  @Test func errors() throws {
    try checkVector(WireError.deadline(.queue), "error-deadline", id: 16)
    try checkVector(
      WireError.cancelled,
      "error-cancelled",
      id: 7,
      extensions: Extensions(traceID: Self.traceID)
    )
    try checkVector(
      WireError.authenticationFailed(retryAfterMilliseconds: 250),
      "error-auth",
      id: 2
    )
  }

  private static let orders: [(String, AdminRequest.Action, String, String, UInt16, AdminReply)] = [
    ("model-load", .load, "churn", "000003", 0, reply(newArtifact, 41_000, "000002")),
    ("model-swap", .swap, "churn", "000003", 0, reply(newArtifact, 3, "000003")),
    ("model-rollback", .rollback, "churn", "", 0, reply(artifact, 2, "000002")),
    ("model-unload", .unload, "churn", "000003", 0, reply(newArtifact, 900, "000002")),
    ("model-label", .label, "churn", "000003", 1250, reply(newArtifact, 2, "000002", "000003")),
    ("drain", .drain, "", "", 0, AdminReply(durationMicroseconds: 1)),
  ]

  private static func reply(
    _ artifact: ModelHandle,
    _ microseconds: UInt64,
    _ stable: String,
    _ canary: String = ""
  ) -> AdminReply {
    AdminReply(
      artifact: artifact,
      route: route,
      durationMicroseconds: microseconds,
      name: "churn",
      stableVersion: stable,
      canaryVersion: canary
    )
  }

  @Test func administration() throws {
    for (index, order) in Self.orders.enumerated() {
      let (vector, action, name, version, share, reply) = order
      let request = AdminRequest(
        action,
        key: RequestKey(rawValue: 0x0001_0203_0405_0607_0809_0a0b_0c0d_0e0f),
        name: name,
        version: version,
        canaryShare: share
      )
      let id = UInt64(20 + index)
      var buffer = ByteBuffer()
      request.encode(into: &buffer, correlationID: id)
      #expect(buffer == Vector.named(vector).buffer, "\(vector)")
      let frame = try vectorFrame(vector)
      #expect(AdminRequest.Action(frame.header.type) == action)
      #expect(frame.header.type.requiredScopes == .admin && frame.header.type.isAdministrative)
      #expect(try AdminRequest(decoding: frame.body, action: action) == request)

      var replyBuffer = ByteBuffer()
      reply.encode(into: &replyBuffer, replyingTo: action, correlationID: id)
      #expect(replyBuffer == Vector.named(vector + "-ok").buffer, "\(vector)-ok")
      let replyFrame = try vectorFrame(vector + "-ok")
      #expect(replyFrame.header.type == frame.header.type.reply)
      #expect(try AdminReply(decoding: replyFrame.body) == reply)
    }
  }

  @Test func scoreWithExtensions() throws {
    let extensions = Extensions(traceID: Self.traceID, routingKey: 42)
    let row: [Float] = [1, -0.0, 0.5]
    var buffer = ByteBuffer()
    ScoreRequest.encode(
      floatRows: row.span,
      rowCount: 1,
      model: Self.route,
      schemaHash: Self.schemaHash,
      correlationID: 12,
      budgetMicroseconds: 250_000,
      flags: [.timing, .noBatch],
      extensions: extensions,
      into: &buffer
    )
    #expect(buffer == Vector.named("score-with-extensions").buffer)
    let frame = try vectorFrame("score-with-extensions")
    #expect(frame.header.flags == [.timing, .noBatch])
    #expect(try ScoreRequest(decoding: frame.body).extensions == extensions)
    #expect("\(Self.traceID)" == "0af7651916cd43dd8448eb211c80319c")

    let replyExtensions = Extensions(traceID: Self.traceID, timing: Self.timing)
    try checkVector(
      ScoreReply(
        model: Self.artifact,
        rowCount: 1,
        outputWidth: 1,
        scores: [0.25],
        extensions: replyExtensions
      ),
      "score-ok-with-extensions",
      id: 12
    )
    var computed = ByteBuffer()
    ScoreReply.encode(
      scores: [0.25].span, rowCount: 1, outputWidth: 1, model: Self.artifact, correlationID: 12,
      extensions: replyExtensions, into: &computed)
    #expect(computed == Vector.named("score-ok-with-extensions").buffer)
  }

  @Test func rankOfFloatRows() throws {
    let shared: [Float] = [1.5, -2.25]
    let items: [Float] = [0.5, 4, -1]
    var buffer = ByteBuffer()
    RankRequest.encode(
      shared: shared.span,
      items: items.span,
      itemCount: 3,
      question: .init(model: Self.artifact, schemaHash: Self.schemaHash, top: 2),
      correlationID: 13,
      into: &buffer
    )
    #expect(buffer == Vector.named("rank-float-rows").buffer)
    let request = try RankRequest(decoding: try vectorFrame("rank-float-rows").body)
    #expect(request.model == Self.artifact && request.schemaHash == Self.schemaHash)
    #expect(request.itemCount == 3 && request.top == 2 && request.outputIndex == 0)
    #expect(request.columnCount == 3 && request.sharedWidth == 2)
    try request.verifyFinite()
    let numbers = request.withFloatRows { shared, items in
      (shared.indices.map { shared[$0] }, items.indices.map { items[$0] })
    }
    #expect(numbers == (shared, items))
  }

  @Test func rankOfRawColumns() throws {
    let columns: [RawColumn] = [.numbers([41]), .booleans([true, false])]
    var buffer = ByteBuffer()
    RankRequest.encode(
      columns: columns,
      isShared: [true, false],
      question: .init(model: Self.artifact, schemaHash: Self.schemaHash),
      correlationID: 14,
      into: &buffer
    )
    #expect(buffer == Vector.named("rank-raw-columns").buffer)
    let request = try RankRequest(decoding: try vectorFrame("rank-raw-columns").body)
    #expect(request.itemCount == 2 && request.top == 0)
    #expect(try request.rawColumns() == columns)
  }

  @Test func rankReply() throws {
    let scores: [Float] = [9, 0.25, 9, 0.75, 9, .nan]
    try checkVector(
      RankReply(
        ranking: scores.span,
        outputWidth: 2,
        outputIndex: 1,
        top: 2,
        model: Self.artifact
      ),
      "rank-ok",
      id: 13
    )
  }

  @Test func extract() throws {
    let row: [Float] = [1.5, -2.25]
    var buffer = ByteBuffer()
    ScoreRequest.encode(
      floatRows: row.span,
      rowCount: 1,
      model: Self.artifact,
      schemaHash: Self.schemaHash,
      correlationID: 15,
      type: .extract,
      into: &buffer
    )
    #expect(buffer == Vector.named("extract").buffer)

    let numbers: [Float] = [0, 2.5, 0.125]
    var reply = ByteBuffer()
    ScoreReply.encode(
      scores: numbers.span, rowCount: 1, outputWidth: 3, model: Self.artifact, correlationID: 15,
      type: .extractOK, into: &reply)
    #expect(reply == Vector.named("extract-ok").buffer)
    let decoded = try ScoreReply(decoding: try vectorFrame("extract-ok").body)
    #expect(decoded.outputWidth == 3 && decoded.scores == numbers)
  }
}
