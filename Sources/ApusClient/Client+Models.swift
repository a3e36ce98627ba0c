public import ApusWire
public import NIOCore

extension Client {
  /// Returns the models that the server has, in ascending order of name.
  ///
  /// - Throws: ``ClientError``.
  public func modelList() async throws(ClientError) -> [ModelList.Entry] {
    let list: ModelList = try await reply(to: ModelListRequest())
    return list.entries
  }

  /// Returns the description of a model, which scoring needs.
  ///
  /// - Parameters:
  ///   - name: The name, `[a-z0-9_.-]{1,64}`.
  ///   - version: The version; empty for the route, which leads to the stable one at any time.
  /// - Returns: The description.
  /// - Throws: ``ClientError``; its `wireError` has code UNKNOWN_MODEL if there is no such model.
  public func modelInfo(
    _ name: String,
    version: String = ""
  ) async throws(ClientError) -> ModelInfo {
    guard ModelName.isValid(name), version.isEmpty || ModelName.isValid(version) else {
      throw .refused(.unknownModel)
    }
    return try await reply(to: ModelInfoRequest(name: name, version: version))
  }

  /// Returns the figures of the server, in ascending order of their keys.
  ///
  /// - Throws: ``ClientError``; it has code `unsupported` if the server does not publish any.
  public func statistics() async throws(ClientError) -> [Statistics.Entry] {
    let statistics: Statistics = try await reply(to: StatisticsRequest())
    return statistics.entries
  }

  /// Gives the server an order, on a connection that may do that.
  ///
  /// ```swift
  /// let order = AdminRequest(.swap, key: .random(), name: "shop", version: "000007")
  /// print(try await client.administer(order).stableVersion)
  /// ```
  ///
  /// - Parameters:
  ///   - order: The order; with the same key it may be given again without being done again.
  ///   - timeout: How long to wait; `nil` takes the configuration's.
  /// - Returns: Where the labels of the model are now.
  /// - Throws: ``ClientError``; its `wireError` has code FORBIDDEN on a listener that is not for
  ///   administration, or without the scope.
  public func administer(
    _ order: AdminRequest,
    timeout: TimeAmount? = nil
  ) async throws(ClientError) -> AdminReply {
    var buffer = ByteBuffer()
    order.encode(into: &buffer, correlationID: lastID.next())
    let frame = try await send(buffer, rowCount: 0, timeout: timeout)
    return try decode(frame, of: order.action.replyType) { body throws(WireError) in
      try AdminReply(decoding: body)
    }
  }
}
