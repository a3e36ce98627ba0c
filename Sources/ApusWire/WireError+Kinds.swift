extension WireError {
  /// No version in common.
  public static let version = WireError(
    code: .version,
    category: .client,
    isRetryable: false,
    text: "no protocol version in common; this side speaks version 1"
  )

  /// The header checksum does not match, so that the length cannot be trusted.
  public static let headerChecksum = WireError(
    code: .checksum,
    category: .client,
    isRetryable: true,
    text: "the checksum of a frame header does not match"
  )

  /// The body checksum does not match.
  public static let bodyChecksum = WireError(
    code: .checksum,
    category: .client,
    isRetryable: true,
    text: "the checksum of a frame body does not match"
  )

  /// No such name or handle.
  public static let unknownModel = WireError(
    code: .unknownModel,
    category: .client,
    isRetryable: false,
    text: "no such model"
  )

  /// The rows were made for another schema.
  public static let schemaMismatch = WireError(
    code: .schemaMismatch,
    category: .client,
    isRetryable: false,
    text: "the rows were made for another schema than the model's"
  )

  /// More in flight than the credit of the connection.
  public static let flow = WireError(
    code: .flow,
    category: .client,
    isRetryable: false,
    text: "more is in flight than the credit of the connection"
  )

  /// The client cancelled the request.
  public static let cancelled = WireError(
    code: .cancelled,
    category: .client,
    isRetryable: false,
    text: "the request was cancelled"
  )

  /// The connection may not do that.
  public static let forbidden = WireError(
    code: .forbidden,
    category: .client,
    isRetryable: false,
    text: "this connection may not do that"
  )

  /// The client must authenticate first.
  public static let authenticationRequired = WireError(
    code: .auth,
    category: .client,
    isRetryable: false,
    text: "authenticate first"
  )

  /// The client's proof is wrong.
  ///
  /// - Parameter retryAfterMilliseconds: How long further attempts are in vain.
  /// - Returns: The error, the same for an unknown identifier and a wrong code.
  public static func authenticationFailed(retryAfterMilliseconds: UInt32 = 0) -> WireError {
    WireError(
      code: .auth,
      category: .client,
      isRetryable: false,
      retryAfterMilliseconds: retryAfterMilliseconds,
      text: "the identifier or the code is wrong"
    )
  }

  /// The budget ran out.
  ///
  /// - Parameters:
  ///   - stage: Where the request was by then.
  ///   - retryAfterMilliseconds: When it would fare better.
  /// - Returns: The error.
  public static func deadline(
    _ stage: DeadlineStage, retryAfterMilliseconds: UInt32 = 0
  ) -> WireError {
    let text =
      switch stage {
      case .admission: "the budget is shorter than the wait"
      case .queue: "the budget ran out before the request was scored"
      case .compute: "the budget ran out while the request was scored"
      }
    return WireError(
      code: .deadline,
      category: .overload,
      isRetryable: true,
      retryAfterMilliseconds: retryAfterMilliseconds,
      row: stage.rawValue,
      text: text
    )
  }

  /// The server is going away.
  public static let draining = WireError(
    code: .draining,
    category: .shutdown,
    isRetryable: true,
    text: "the server is shutting down; use another connection"
  )

  /// The server belongs to another environment.
  public static let environment = WireError(
    code: .environment,
    category: .client,
    isRetryable: false,
    text: "the server belongs to another environment"
  )

  /// A fault of the server.
  public static let `internal` = WireError(
    code: .internal,
    category: .server,
    isRetryable: false,
    text: "the server failed"
  )

  /// A value is not a finite number.
  ///
  /// - Parameters:
  ///   - row: The row of the value, from 0.
  ///   - column: The column of the value, from 0.
  /// - Returns: The error.
  public static func notFinite(row: Int, column: Int) -> WireError {
    .badInput("a value is not a finite number", row: row, column: column)
  }

  /// A value is unusable.
  ///
  /// - Parameters:
  ///   - text: A short sentence that says what is wrong.
  ///   - row: The row of the value, from 0.
  ///   - column: The column of the value, from 0.
  /// - Returns: The error.
  public static func badInput(_ text: String, row: Int? = nil, column: Int? = nil) -> WireError {
    WireError(
      code: .badInput,
      category: .client,
      isRetryable: false,
      row: row.map(UInt32.init(clamping:)),
      column: column.map(UInt32.init(clamping:)),
      text: text
    )
  }

  /// A rule of the protocol was broken.
  ///
  /// - Parameter text: A short sentence that says which.
  /// - Returns: The error.
  public static func protocolViolation(_ text: String) -> WireError {
    WireError(code: .protocolViolation, category: .client, isRetryable: false, text: text)
  }

  /// A limit was exceeded.
  ///
  /// - Parameters:
  ///   - text: A short sentence that says which.
  ///   - limit: The limit in force.
  /// - Returns: The error.
  public static func tooLarge(_ text: String, limit: Int) -> WireError {
    WireError(
      code: .tooLarge,
      category: .client,
      isRetryable: false,
      row: UInt32(clamping: limit),
      text: text
    )
  }

  /// The server has more work than it accepts.
  ///
  /// - Parameter retryAfterMilliseconds: When to try again.
  /// - Returns: The error.
  public static func overloaded(retryAfterMilliseconds: UInt32) -> WireError {
    WireError(
      code: .overloaded,
      category: .overload,
      isRetryable: true,
      retryAfterMilliseconds: retryAfterMilliseconds,
      text: "the server has more work than it accepts"
    )
  }

  /// The peer was too slow.
  ///
  /// - Parameter text: A short sentence that says with what.
  /// - Returns: The error.
  public static func timeout(_ text: String) -> WireError {
    WireError(code: .timeout, category: .client, isRetryable: true, text: text)
  }
}
