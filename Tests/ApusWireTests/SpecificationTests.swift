import ApusWire
import NIOCore
import Testing

/// The examples of the specification, byte for byte, in both directions.
@Suite struct SpecificationTests {
  @Test func fieldsOfEachVectorCoverItsFrameWithoutGaps() {
    #expect(Vector.all.count >= 51)
    for vector in Vector.all {
      var offset = 0
      for field in vector.fields {
        #expect(field.offset == offset, "\(vector.name): \(field.name)")
        offset += field.size
      }
      #expect(offset == vector.bytes.count, "\(vector.name)")
    }
  }

  @Test func everyTypeHasAVector() {
    let types = Set(Vector.all.map { $0.bytes[5] })
    #expect(types == Set(FrameType.allCases.map(\.rawValue)))
  }

  @Test(arguments: Vector.all)
  func headerHoldsTheFieldsOfTheVector(_ vector: Vector) throws {
    var buffer = vector.buffer
    var decoder = FrameDecoder(from: vector.sender, features: .known)
    let frame = try #require(try decoder.next(from: &buffer))
    #expect(buffer.readableBytes == 0)
    let values = Dictionary(
      vector.fields.prefix(9).map { ($0.name, $0.value) },
      uniquingKeysWith: { first, _ in first }
    )
    #expect("\(frame.header.correlationID)" == values["correlation id"])
    #expect("\(frame.header.budgetMicroseconds)" == values["budget"])
    #expect("\(frame.header.flags.rawValue)" == values["flags"])
    #expect("\(frame.header.bodyLength)" == values["body length"])
  }

  @Test func hello() throws {
    try checkVector(
      Hello(
        clientName: "apus-swift",
        clientVersion: "1.0.0",
        wantedRequestCredit: 64,
        features: .known
      ),
      "hello",
      id: 1
    )
  }

  @Test func helloOK() throws {
    var message = HelloOK(
      environment: 7,
      bodyLength: 4 << 20,
      rowsPerRequest: 8192,
      credit: Credit(requests: 64, rows: 65536, bytes: 16 << 20),
      defaultBudgetMicroseconds: 1_000_000,
      maximumBudgetMicroseconds: 60_000_000,
      serverName: "apus",
      serverVersion: "1.0.0",
      features: .known,
      keepaliveIntervalSeconds: 30
    )
    try checkVector(message, "hello-ok", id: 1)
    message.requiresAuthentication = true
    message.keepaliveIntervalSeconds = 0
    message.challenge = Array(0..<32)
    try checkVector(message, "hello-ok-auth-required", id: 1)
  }

  @Test func pingAndPong() throws {
    try checkVector(Ping(number: 0x0123_4567_89AB_CDEF), "ping", id: 2)
    try checkVector(Pong(number: 0x0123_4567_89AB_CDEF), "pong", id: 2)
  }

  @Test func modelLists() throws {
    try checkVector(ModelListRequest(), "model-list", id: 3)
    try checkVector(
      ModelList(entries: [
        .init(handle: ModelHandle(rawValue: 0x1122_3344), name: "churn", version: "000002"),
        .init(handle: ModelHandle(rawValue: 5), name: "shop.buy_now", version: "1"),
      ]),
      "model-list-ok",
      id: 3
    )
    try checkVector(ModelList(entries: []), "model-list-ok-empty", id: 4)
  }

  @Test func modelInfo() throws {
    try checkVector(ModelInfoRequest(name: "churn"), "model-info", id: 5)
    try checkVector(ModelInfoRequest(name: "churn", version: "000002"), "model-info-version", id: 5)
    try checkVector(
      ModelInfo(
        handle: ModelHandle(rawValue: 0x1122_3344),
        name: "churn",
        version: "000002",
        schemaHash: 0xFEDC_BA98_7654_3210,
        task: .binaryClassification,
        featureWidth: 6,
        outputWidth: 1,
        embeddingWidth: 64,
        outputNames: ["leaves"],
        columns: [
          .init(name: "age", valueKind: .real), .init(name: "weekend", valueKind: .boolean),
          .init(name: "month", valueKind: .category, categories: ["Feb", "März", ""]),
        ],
        device: "cpu avx2",
        digest: Array(0..<32)
      ),
      "model-info-ok",
      id: 5
    )
  }

  @Test(
    arguments: [
      ("score-float-row", 6, 250_000, 1, [1.0, -0.0, 0.5]),
      (
        "score-float-rows", 7, 0, 2,
        [1.5, -2.25, Float.greatestFiniteMagnitude, Float.leastNonzeroMagnitude]
      ),
    ] as [(String, UInt64, UInt32, Int, [Float])]
  )
  func scoreOfFloatRows(
    name: String,
    id: UInt64,
    budget: UInt32,
    rowCount: Int,
    rows: [Float]
  ) throws {
    var buffer = ByteBuffer()
    ScoreRequest.encode(
      floatRows: rows.span,
      rowCount: rowCount,
      model: ModelHandle(rawValue: 0x1122_3344),
      schemaHash: 0xFEDC_BA98_7654_3210,
      correlationID: id,
      budgetMicroseconds: budget,
      into: &buffer
    )
    #expect(buffer == Vector.named(name).buffer)

    let request = try decodedRequest(name)
    #expect(request.model.rawValue == 0x1122_3344)
    #expect(request.schemaHash == 0xFEDC_BA98_7654_3210)
    #expect(request.rowCount == rowCount)
    #expect(request.columnCount == rows.count / rowCount)
    let bits = request.withFloatRows { span in span.indices.map { span[$0].bitPattern } }
    #expect(bits == rows.map(\.bitPattern))
    try request.verifyFinite()
  }

  @Test func scoreOfRawColumns() throws {
    let columns: [RawColumn] = [
      .numbers([41, nil, -0.5]), .booleans([true, false, true]),
      .categories(["März", "Feb", nil]),
    ]
    // The vector's dictionary begins with "Feb"; the order of a dictionary is the client's affair.
    let month = RawColumn(
      values: .categories(dictionary: ["Feb", "März"], codes: [1, 0, 0]),
      missing: [false, false, true]
    )
    var buffer = ByteBuffer()
    ScoreRequest.encode(
      columns: [columns[0], columns[1], month],
      model: ModelHandle(rawValue: 0x1122_3344),
      schemaHash: 0xFEDC_BA98_7654_3210,
      correlationID: 8,
      into: &buffer
    )
    #expect(buffer == Vector.named("score-raw-columns").buffer)
    #expect(
      try decodedRequest("score-raw-columns").rawColumns() == [columns[0], columns[1], month]
    )
  }

  @Test func scoreReplies() throws {
    let model = ModelHandle(rawValue: 0x1122_3344)
    try checkVector(
      ScoreReply(model: model, rowCount: 2, outputWidth: 1, scores: [0.25, 0.75]),
      "score-ok",
      id: 7
    )
    try checkVector(
      ScoreReply(
        model: model,
        rowCount: 3,
        outputWidth: 1,
        scores: [0.25, 0, 1],
        failures: [nil, .internal, nil]
      ),
      "score-ok-one-row-failed",
      id: 8
    )
  }

  @Test func scoresThatLieElsewhereGiveTheSameFrames() throws {
    let model = ModelHandle(rawValue: 0x1122_3344)
    var buffer = ByteBuffer(string: "12345678")
    ScoreReply.encode(
      scores: [0.25, 0.75].span, rowCount: 2, outputWidth: 1, model: model, correlationID: 7,
      into: &buffer)
    buffer.moveReaderIndex(forwardBy: 8)
    #expect(buffer == Vector.named("score-ok").buffer)

    buffer.clear()
    ScoreReply.encode(
      scores: [0.25, .nan, 1].span, rowCount: 3, outputWidth: 1, model: model, correlationID: 8,
      into: &buffer)
    #expect(buffer == Vector.named("score-ok-one-row-failed").buffer)
  }

  @Test func errors() throws {
    try checkVector(
      WireError.badInput("a value is not a finite number", row: 1, column: 2),
      "error-bad-input",
      id: 9
    )
    try checkVector(
      WireError.overloaded(retryAfterMilliseconds: 20),
      "error-overloaded",
      id: 10
    )
    try checkVector(
      WireError.protocolViolation("the first frame must be HELLO"),
      "error-connection",
      id: 0
    )
  }

  @Test func goAway() throws {
    try checkVector(GoAway(reason: .shutdown, milliseconds: 5000), "goaway", id: 0)
  }

  private func decodedRequest(_ name: String) throws -> ScoreRequest {
    try ScoreRequest(decoding: try vectorFrame(name).body)
  }
}
