/// An amount of requests, rows and bytes: what a connection may have, or has, in flight.
public struct Credit: Equatable, Sendable {
  /// The requests.
  public var requests: Int

  /// The rows.
  public var rows: Int

  /// The bytes of the requests' frames, headers included.
  public var bytes: Int

  /// Creates an amount.
  ///
  /// - Parameters:
  ///   - requests: The requests.
  ///   - rows: The rows.
  ///   - bytes: The bytes of the requests' frames, headers included.
  public init(requests: Int = 0, rows: Int = 0, bytes: Int = 0) {
    self.requests = requests
    self.rows = rows
    self.bytes = bytes
  }

  /// Whether no part of this amount exceeds that of `other`.
  public func fits(in other: Credit) -> Bool {
    requests <= other.requests && rows <= other.rows && bytes <= other.bytes
  }

  /// Adds part by part.
  public static func + (left: Credit, right: Credit) -> Credit {
    Credit(
      requests: left.requests + right.requests,
      rows: left.rows + right.rows,
      bytes: left.bytes + right.bytes
    )
  }

  /// Subtracts part by part.
  public static func - (left: Credit, right: Credit) -> Credit {
    Credit(
      requests: left.requests - right.requests,
      rows: left.rows - right.rows,
      bytes: left.bytes - right.bytes
    )
  }
}
