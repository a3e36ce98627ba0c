public import ApusWire
public import NIOCore
import NIOPosix

/// A client of an Apus server.
///
/// ```swift
/// let client = try await Client.connect(host: "127.0.0.1", port: 7070)
/// let model = try await client.modelInfo("shop")
/// let reply = try await client.score(model: model, rows: features, rowCount: 3)
/// print(reply.scores)
/// await client.close()
/// ```
///
/// All requests share one connection and may be made from any number of tasks at once; replies are
/// matched by number, in any order. A lost connection is made again by the next request, and
/// requests that were under way are repeated once: no request of this protocol changes anything. A
/// task that is cancelled stops waiting at once.
public final class Client: Sendable {
  private let configuration: ClientConfiguration
  private let eventLoop: any EventLoop
  private let session: NIOLoopBound<ClientSession>
  private let executor: EventLoopExecutor
  private let lastID = LastCorrelationID()

  private init(host: String, port: Int, configuration: ClientConfiguration) async {
    let eventLoop = MultiThreadedEventLoopGroup.singleton.next()
    let lastID = lastID
    self.configuration = configuration
    self.eventLoop = eventLoop
    self.executor = EventLoopExecutor(eventLoop)
    self.session = await withCheckedContinuation { continuation in
      eventLoop.execute {
        let session = ClientSession(
          host: host,
          port: port,
          configuration: configuration,
          eventLoop: eventLoop,
          lastID: lastID
        )
        continuation.resume(returning: NIOLoopBound(session, eventLoop: eventLoop))
      }
    }
  }

  /// Connects, and waits until the server has answered.
  ///
  /// - Parameters:
  ///   - host: The name or the address of the server.
  ///   - port: The port of the server.
  ///   - configuration: What the client is told.
  /// - Returns: The client; the caller closes it.
  /// - Throws: ``ClientError`` if the server cannot be reached or refuses the client.
  public static func connect(
    host: String,
    port: Int,
    configuration: ClientConfiguration = ClientConfiguration()
  ) async throws(ClientError) -> Client {
    let client = await Client(host: host, port: port, configuration: configuration)
    do throws(ClientError) {
      try await client.ping()
    } catch {
      await client.close()
      throw error
    }
    return client
  }

  /// Closes the connection; requests that are under way, and later ones, fail.
  public func close() async {
    try? await eventLoop.submit { self.session.value.close() }.get()
  }

  /// Waits for a sign of life.
  ///
  /// - Throws: ``ClientError``.
  public func ping() async throws(ClientError) {
    let number = UInt64.random(in: .min ... .max)
    let pong: Pong = try await reply(to: Ping(number: number))
    guard pong.number == number else {
      throw .protocolViolation(.protocolViolation("PONG returned another number"))
    }
  }

  /// Returns what the server grants to the connection: the sizes of a request, and how much may be
  /// in flight.
  ///
  /// Requests that exceed the credit wait here until replies return it; one that exceeds the rows
  /// or the bytes of a request fails with ``ClientError/Code/tooLarge``.
  ///
  /// - Throws: ``ClientError``.
  public func grant() async throws(ClientError) -> HelloOK {
    // The answer proves that there is a connection whose HELLO_OK came.
    try await ping()
    let limits = await withCheckedContinuation { waiter in
      onSession { waiter.resume(returning: $0.limits) }
    }
    guard let limits else { throw .connectionLost }
    return limits
  }

  /// Returns the models that the server has, in ascending order of name.
  ///
  /// - Throws: ``ClientError``.
  public func modelList() async throws(ClientError) -> [ModelList.Entry] {
    let list: ModelList = try await reply(to: ModelListRequest())
    return list.entries
  }

  /// Returns the description of a model, which scoring needs.
  ///
  /// - Parameter name: The name, `[a-z0-9_.-]{1,64}`.
  /// - Returns: The description.
  /// - Throws: ``ClientError``; its `wireError` has code UNKNOWN_MODEL if there is no such model.
  public func modelInfo(_ name: String) async throws(ClientError) -> ModelInfo {
    guard ModelName.isValid(name) else { throw .refused(.unknownModel) }
    return try await reply(to: ModelInfoRequest(name: name))
  }

  /// Scores rows of finished features.
  ///
  /// - Parameters:
  ///   - model: The description of the model.
  ///   - rows: `rowCount` rows of `model.featureWidth` numbers, one after the other.
  ///   - rowCount: The rows, at least 1.
  ///   - timeout: How long to wait; the server drops the request after that. `nil` takes the
  ///     configuration's.
  /// - Returns: The scores, in the order of the rows.
  /// - Throws: ``ClientError``.
  public func score(
    model: ModelInfo,
    rows: [Float],
    rowCount: Int,
    timeout: TimeAmount? = nil
  ) async throws(ClientError) -> ScoreReply {
    try await score(model: model, rows: rows.span, rowCount: rowCount, timeout: timeout)
  }

  /// Scores rows of finished features.
  ///
  /// - Parameters:
  ///   - model: The description of the model.
  ///   - rows: `rowCount` rows of `model.featureWidth` numbers, one after the other.
  ///   - rowCount: The rows, at least 1.
  ///   - timeout: How long to wait; the server drops the request after that. `nil` takes the
  ///     configuration's.
  /// - Returns: The scores, in the order of the rows.
  /// - Throws: ``ClientError``.
  public func score(
    model: ModelInfo,
    rows: Span<Float>,
    rowCount: Int,
    timeout: TimeAmount? = nil
  ) async throws(ClientError) -> ScoreReply {
    var buffer = ByteBuffer()
    ScoreRequest.encode(
      floatRows: rows,
      rowCount: rowCount,
      model: model.handle,
      schemaHash: model.schemaHash,
      correlationID: lastID.next(),
      into: &buffer
    )
    return try await score(buffer, rowCount: rowCount, timeout: timeout)
  }

  /// Scores rows of raw values, which the server transforms as the model was trained.
  ///
  /// - Parameters:
  ///   - model: The description of the model.
  ///   - columns: The columns of `model.columns`, in that order, each with as many rows.
  ///   - timeout: How long to wait; the server drops the request after that. `nil` takes the
  ///     configuration's.
  /// - Returns: The scores, in the order of the rows.
  /// - Throws: ``ClientError``.
  public func score(
    model: ModelInfo,
    columns: [RawColumn],
    timeout: TimeAmount? = nil
  ) async throws(ClientError) -> ScoreReply {
    try await score(
      encode(model, columns),
      rowCount: columns.first?.rowCount ?? 0,
      timeout: timeout
    )
  }

  /// Runs `body` on the thread of the connection.
  ///
  /// Requests made there cost no change of thread, which makes a round trip of one row about as
  /// short as the network allows. The thread also serves the connection: `body` must not block or
  /// compute for long.
  ///
  /// - Parameter body: What to run.
  /// - Returns: What `body` returns.
  /// - Throws: What `body` throws.
  public func onConnectionThread<Success: Sendable>(
    _ body: @escaping @Sendable () async throws -> Success
  ) async rethrows -> Success {
    try await withTaskExecutorPreference(executor) { try await body() }
  }

  // MARK: Requests

  func encode(_ model: ModelInfo, _ columns: [RawColumn]) -> ByteBuffer {
    var buffer = ByteBuffer()
    ScoreRequest.encode(
      columns: columns,
      model: model.handle,
      schemaHash: model.schemaHash,
      correlationID: lastID.next(),
      into: &buffer
    )
    return buffer
  }

  func score(
    _ request: ByteBuffer,
    rowCount: Int,
    timeout: TimeAmount?
  ) async throws(ClientError) -> ScoreReply {
    let frame = try await send(request, rowCount: rowCount, timeout: timeout)
    let reply: ScoreReply = try decode(frame)
    guard reply.rowCount == rowCount else {
      throw .protocolViolation(.protocolViolation("a reply has more or fewer rows"))
    }
    return reply
  }

  private func reply<Reply: Message>(to request: some Message) async throws(ClientError) -> Reply {
    var buffer = ByteBuffer()
    request.encode(into: &buffer, correlationID: lastID.next())
    return try decode(await send(buffer, rowCount: 0, timeout: nil))
  }

  private func decode<Reply: Message>(_ frame: Frame) throws(ClientError) -> Reply {
    let refusal: WireError
    do throws(WireError) {
      switch frame.header.type {
      case Reply.type: return try Reply(decoding: frame.body)
      case .error: refusal = try WireError(decoding: frame.body)
      default: throw .protocolViolation("a reply is of another type than its request")
      }
    } catch {
      throw .protocolViolation(error)
    }
    throw .refused(refusal)
  }

  /// Sends one request, which was encoded on the caller's thread, and waits for its reply.
  private func send(
    _ request: ByteBuffer,
    rowCount: Int,
    timeout: TimeAmount?
  ) async throws(ClientError) -> Frame {
    let frame = Frame(ownRequest: request)
    let id = frame.header.correlationID
    let deadline = NIODeadline.now() + (timeout ?? configuration.requestTimeout)
    let result = await withTaskCancellationHandler {
      await withCheckedContinuation { waiter in
        let request = PendingRequest(
          frame: frame,
          rowCount: rowCount,
          deadline: deadline,
          waiter: waiter
        )
        onSession { $0.submit(request) }
        // A cancellation that came before the request was submitted found nothing to cancel.
        if Task.isCancelled { onSession { $0.cancel(id) } }
      }
    } onCancel: {
      onSession { $0.cancel(id) }
    }
    return try result.get()
  }

  private func onSession(_ body: @escaping @Sendable (ClientSession) -> Void) {
    if eventLoop.inEventLoop {
      body(session.value)
    } else {
      eventLoop.execute { body(self.session.value) }
    }
  }
}

extension Frame {
  /// Splits a frame that was just encoded.
  fileprivate init(ownRequest buffer: ByteBuffer) {
    var body = buffer
    guard
      let header = try? FrameHeader(
        decoding: buffer.readableBytesSpan,
        from: .client,
        maximumBodyLength: .max,
        features: .known
      )
    else {
      preconditionFailure("a request was not encoded as a frame")
    }
    body.moveReaderIndex(forwardBy: WireLimits.headerLength)
    self.init(header: header, body: body)
  }
}
