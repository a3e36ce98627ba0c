public import ApusWire
public import NIOCore

extension Client {
  /// Scores rows of finished features.
  ///
  /// - Parameters:
  ///   - model: The description of the model.
  ///   - rows: `rowCount` rows of `model.featureWidth` numbers, one after the other.
  ///   - rowCount: The rows, at least 1.
  ///   - timeout: How long to wait; the server drops the request after that. `nil` takes the
  ///     configuration's.
  ///   - options: What else is to be said about the request.
  /// - Returns: The scores, in the order of the rows.
  /// - Throws: ``ClientError``.
  public func score(
    model: ModelInfo,
    rows: [Float],
    rowCount: Int,
    timeout: TimeAmount? = nil,
    options: RequestOptions = RequestOptions()
  ) async throws(ClientError) -> ScoreReply {
    try await score(
      model: model, rows: rows.span, rowCount: rowCount, timeout: timeout, options: options)
  }

  /// Scores rows of finished features.
  ///
  /// - Parameters:
  ///   - model: The description of the model.
  ///   - rows: `rowCount` rows of `model.featureWidth` numbers, one after the other.
  ///   - rowCount: The rows, at least 1.
  ///   - timeout: How long to wait; the server drops the request after that. `nil` takes the
  ///     configuration's.
  ///   - options: What else is to be said about the request.
  /// - Returns: The scores, in the order of the rows.
  /// - Throws: ``ClientError``.
  public func score(
    model: ModelInfo,
    rows: Span<Float>,
    rowCount: Int,
    timeout: TimeAmount? = nil,
    options: RequestOptions = RequestOptions()
  ) async throws(ClientError) -> ScoreReply {
    let request = encode(.score, model, rows, rowCount: rowCount, options)
    return try await numbers(.scoreOK, request, rowCount: rowCount, timeout: timeout)
  }

  /// Scores rows of raw values, which the server transforms as the model was trained.
  ///
  /// - Parameters:
  ///   - model: The description of the model.
  ///   - columns: The columns of `model.columns`, in that order, each with as many rows.
  ///   - timeout: How long to wait; the server drops the request after that. `nil` takes the
  ///     configuration's.
  ///   - options: What else is to be said about the request.
  /// - Returns: The scores, in the order of the rows.
  /// - Throws: ``ClientError``.
  public func score(
    model: ModelInfo,
    columns: [RawColumn],
    timeout: TimeAmount? = nil,
    options: RequestOptions = RequestOptions()
  ) async throws(ClientError) -> ScoreReply {
    let request = encode(.score, model, columns, options)
    let rowCount = columns.first?.rowCount ?? 0
    return try await numbers(.scoreOK, request, rowCount: rowCount, timeout: timeout)
  }

  /// Returns the embeddings of rows of finished features: the last hidden layer of the net.
  ///
  /// - Parameters:
  ///   - model: The description of the model.
  ///   - rows: `rowCount` rows of `model.featureWidth` numbers, one after the other.
  ///   - rowCount: The rows, at least 1.
  ///   - timeout: How long to wait; `nil` takes the configuration's.
  ///   - options: What else is to be said about the request.
  /// - Returns: The embeddings, `model.embeddingWidth` numbers each, in the order of the rows.
  /// - Throws: ``ClientError``; it has code `unsupported` if the server gives no embeddings.
  public func extract(
    model: ModelInfo,
    rows: Span<Float>,
    rowCount: Int,
    timeout: TimeAmount? = nil,
    options: RequestOptions = RequestOptions()
  ) async throws(ClientError) -> ScoreReply {
    let request = encode(.extract, model, rows, rowCount: rowCount, options)
    return try await numbers(.extractOK, request, rowCount: rowCount, timeout: timeout)
  }

  /// Returns the embeddings of rows of raw values: the last hidden layer of the net.
  ///
  /// - Parameters:
  ///   - model: The description of the model.
  ///   - columns: The columns of `model.columns`, in that order, each with as many rows.
  ///   - timeout: How long to wait; `nil` takes the configuration's.
  ///   - options: What else is to be said about the request.
  /// - Returns: The embeddings, `model.embeddingWidth` numbers each, in the order of the rows.
  /// - Throws: ``ClientError``; it has code `unsupported` if the server gives no embeddings.
  public func extract(
    model: ModelInfo,
    columns: [RawColumn],
    timeout: TimeAmount? = nil,
    options: RequestOptions = RequestOptions()
  ) async throws(ClientError) -> ScoreReply {
    let request = encode(.extract, model, columns, options)
    let rowCount = columns.first?.rowCount ?? 0
    return try await numbers(.extractOK, request, rowCount: rowCount, timeout: timeout)
  }

  func encode(
    _ type: FrameType,
    _ model: ModelInfo,
    _ columns: [RawColumn],
    _ options: RequestOptions
  ) -> ByteBuffer {
    var buffer = ByteBuffer()
    ScoreRequest.encode(
      columns: columns,
      model: model.handle,
      schemaHash: model.schemaHash,
      correlationID: lastID.next(),
      type: type,
      flags: options.flags,
      extensions: options.extensions,
      into: &buffer
    )
    return buffer
  }

  private func encode(
    _ type: FrameType,
    _ model: ModelInfo,
    _ rows: Span<Float>,
    rowCount: Int,
    _ options: RequestOptions
  ) -> ByteBuffer {
    var buffer = ByteBuffer()
    ScoreRequest.encode(
      floatRows: rows,
      rowCount: rowCount,
      model: model.handle,
      schemaHash: model.schemaHash,
      correlationID: lastID.next(),
      type: type,
      flags: options.flags,
      extensions: options.extensions,
      into: &buffer
    )
    return buffer
  }

  /// Sends a request for numbers of each row and waits for them.
  func numbers(
    _ type: FrameType,
    _ request: ByteBuffer,
    rowCount: Int,
    timeout: TimeAmount?
  ) async throws(ClientError) -> ScoreReply {
    let frame = try await send(request, rowCount: rowCount, timeout: timeout)
    let reply = try decode(frame, of: type) { body throws(WireError) in
      try ScoreReply(decoding: body)
    }
    guard reply.rowCount == rowCount else {
      throw .protocolViolation(.protocolViolation("a reply has more or fewer rows"))
    }
    return reply
  }
}
