public import ApusWire
public import NIOCore

extension Client {
  /// Ranks items for one user, from finished features.
  ///
  /// The scores are bit for bit those that ``score(model:rows:rowCount:timeout:options:)`` gives
  /// for the rows written out in full; what the items share is sent once.
  ///
  /// - Parameters:
  ///   - model: The description of the model.
  ///   - shared: The numbers at the front of each row, which all items share.
  ///   - items: `itemCount` times the rest of a row, one after the other.
  ///   - itemCount: The items, at least 1.
  ///   - top: How many of the best are wanted; 0 for all.
  ///   - outputIndex: Which score ranks, from 0.
  ///   - timeout: How long to wait; `nil` takes the configuration's.
  ///   - options: What else is to be said about the request.
  /// - Returns: The best items, the best one first.
  /// - Throws: ``ClientError``; it has code `unsupported` if the server does not rank.
  public func rank(
    model: ModelInfo,
    shared: Span<Float>,
    items: Span<Float>,
    itemCount: Int,
    top: Int = 0,
    outputIndex: Int = 0,
    timeout: TimeAmount? = nil,
    options: RequestOptions = RequestOptions()
  ) async throws(ClientError) -> RankReply {
    var buffer = ByteBuffer()
    RankRequest.encode(
      shared: shared,
      items: items,
      itemCount: itemCount,
      question: question(model, top, outputIndex),
      correlationID: lastID.next(),
      flags: options.flags,
      extensions: options.extensions,
      into: &buffer
    )
    return try await ranking(buffer, itemCount: itemCount, timeout: timeout)
  }

  /// Ranks items for one user, from raw values.
  ///
  /// - Parameters:
  ///   - model: The description of the model.
  ///   - columns: The columns of `model.columns`, in that order: shared ones of one row, the others
  ///     of one row per item.
  ///   - isShared: For each column whether all items share it; not all are shared.
  ///   - top: How many of the best are wanted; 0 for all.
  ///   - outputIndex: Which score ranks, from 0.
  ///   - timeout: How long to wait; `nil` takes the configuration's.
  ///   - options: What else is to be said about the request.
  /// - Returns: The best items, the best one first.
  /// - Throws: ``ClientError``; it has code `unsupported` if the server does not rank.
  public func rank(
    model: ModelInfo,
    columns: [RawColumn],
    isShared: [Bool],
    top: Int = 0,
    outputIndex: Int = 0,
    timeout: TimeAmount? = nil,
    options: RequestOptions = RequestOptions()
  ) async throws(ClientError) -> RankReply {
    var buffer = ByteBuffer()
    RankRequest.encode(
      columns: columns,
      isShared: isShared,
      question: question(model, top, outputIndex),
      correlationID: lastID.next(),
      flags: options.flags,
      extensions: options.extensions,
      into: &buffer
    )
    let itemCount = zip(columns, isShared).first { !$0.1 }?.0.rowCount ?? 0
    return try await ranking(buffer, itemCount: itemCount, timeout: timeout)
  }

  private func question(
    _ model: ModelInfo,
    _ top: Int,
    _ outputIndex: Int
  ) -> RankRequest.Question {
    RankRequest.Question(
      model: model.handle, schemaHash: model.schemaHash, top: top, outputIndex: outputIndex)
  }

  private func ranking(
    _ request: ByteBuffer,
    itemCount: Int,
    timeout: TimeAmount?
  ) async throws(ClientError) -> RankReply {
    let frame = try await send(request, rowCount: itemCount, timeout: timeout)
    let reply = try decode(frame, of: .rankOK) { body throws(WireError) in
      try RankReply(decoding: body)
    }
    guard reply.itemCount == itemCount else {
      throw .protocolViolation(.protocolViolation("a reply has more or fewer items"))
    }
    return reply
  }
}
