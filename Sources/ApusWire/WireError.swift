/// An error that travels in an ERROR frame.
///
/// Both sides use it: a server sends it, a decoder throws it, a client receives it. The text is
/// short, fixed and English, and never tells anything about the inside of the server.
public struct WireError: Error, Equatable, Sendable {
  /// What went wrong.
  public var code: Code

  /// Whose fault it is.
  public var category: Category

  /// Whether the same request may succeed later.
  public var isRetryable: Bool

  /// How long to wait before trying again, in milliseconds.
  public var retryAfterMilliseconds: UInt32

  /// The row at fault, or the detail that the code names.
  public var row: UInt32?

  /// The column at fault.
  public var column: UInt32?

  /// A short sentence for a person.
  public var text: String

  /// Creates an error from all its parts.
  ///
  /// - Parameters:
  ///   - code: What went wrong.
  ///   - category: Whose fault it is.
  ///   - isRetryable: Whether the same request may succeed later.
  ///   - retryAfterMilliseconds: How long to wait before that.
  ///   - row: The row at fault, or the detail that the code names.
  ///   - column: The column at fault.
  ///   - text: A short sentence, at most 255 bytes of UTF-8; a longer one is cut when it is sent.
  public init(
    code: Code,
    category: Category,
    isRetryable: Bool,
    retryAfterMilliseconds: UInt32 = 0,
    row: UInt32? = nil,
    column: UInt32? = nil,
    text: String
  ) {
    self.code = code
    self.category = category
    self.isRetryable = isRetryable
    self.retryAfterMilliseconds = retryAfterMilliseconds
    self.row = row
    self.column = column
    self.text = text
  }
}

extension WireError {
  /// The code of an error, open to codes that a newer peer knows.
  public struct Code: RawRepresentable, Hashable, Sendable {
    /// The number on the wire.
    public let rawValue: UInt16

    /// Creates a code from its number on the wire.
    public init(rawValue: UInt16) { self.rawValue = rawValue }

    /// No version in common.
    public static let version = Code(rawValue: 1)
    /// A rule of the protocol was broken.
    public static let protocolViolation = Code(rawValue: 2)
    /// A checksum does not match.
    public static let checksum = Code(rawValue: 3)
    /// A limit was exceeded; the row holds the limit.
    public static let tooLarge = Code(rawValue: 4)
    /// The client did not authenticate, or not rightly.
    public static let auth = Code(rawValue: 5)
    /// The connection may not do that.
    public static let forbidden = Code(rawValue: 6)
    /// No such model.
    public static let unknownModel = Code(rawValue: 7)
    /// The rows were made for another schema.
    public static let schemaMismatch = Code(rawValue: 8)
    /// A value is unusable.
    public static let badInput = Code(rawValue: 9)
    /// The model is not ready to score.
    public static let notReady = Code(rawValue: 10)
    /// More work than the server accepts.
    public static let overloaded = Code(rawValue: 11)
    /// More in flight than the credit.
    public static let flow = Code(rawValue: 12)
    /// The budget ran out; the row holds the ``DeadlineStage``.
    public static let deadline = Code(rawValue: 13)
    /// The client cancelled the request.
    public static let cancelled = Code(rawValue: 14)
    /// The server is going away.
    public static let draining = Code(rawValue: 15)
    /// The computing device failed.
    public static let device = Code(rawValue: 16)
    /// A fault of the server.
    public static let `internal` = Code(rawValue: 17)
    /// The server belongs to another environment.
    public static let environment = Code(rawValue: 18)
    /// The peer was too slow with HELLO or with the rest of a frame.
    public static let timeout = Code(rawValue: 19)
  }

  /// Whose fault an error is.
  public enum Category: UInt8, Sendable {
    /// The client should change its request.
    case client = 1
    /// The server has too much to do.
    case overload = 2
    /// Something is wrong with the server.
    case server = 3
    /// The server is going away.
    case shutdown = 4
  }
}

extension WireError {
  /// Where a request was when its budget ran out: the detail of DEADLINE.
  public enum DeadlineStage: UInt32, CaseIterable, Sendable {
    /// It came with less time than the work before it takes.
    case admission = 1
    /// It waited.
    case queue = 2
    /// It was being computed.
    case compute = 3
  }
}

extension WireError: CustomStringConvertible {
  /// The text with the code, and the row and column where there are any.
  public var description: String {
    var description = "\(text) (error \(code.rawValue)"
    if let row { description += ", row \(row)" }
    if let column { description += ", column \(column)" }
    return description + ")"
  }
}
