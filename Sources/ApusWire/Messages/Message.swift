public import NIOCore

/// A message: what the body of one type of frame says.
public protocol Message: Equatable, Sendable {
  /// The type of its frame.
  static var type: FrameType { get }

  /// What came, or goes, along with the body; empty for most types.
  var extensions: Extensions { get }

  /// Reads a message from the body of a frame.
  ///
  /// - Parameter body: The body, without the header.
  /// - Throws: ``WireError`` with code PROTOCOL or TOO_LARGE.
  init(decoding body: ByteBuffer) throws(WireError)

  /// Writes the body of the frame, but for the padding at its end.
  ///
  /// - Parameter buffer: The buffer, which ends with the header of the frame.
  func encodeBody(into buffer: inout ByteBuffer)
}

extension Message {
  /// Nothing.
  public var extensions: Extensions { Extensions() }

  /// Appends the whole frame to `buffer`.
  ///
  /// - Parameters:
  ///   - buffer: The buffer.
  ///   - correlationID: The number that joins a reply to its request.
  ///   - budgetMicroseconds: The microseconds that the sender still has.
  ///   - extensions: What goes along with the body; `nil` for the message's own.
  public func encode(
    into buffer: inout ByteBuffer,
    correlationID: UInt64,
    budgetMicroseconds: UInt32 = 0,
    extensions: Extensions? = nil
  ) {
    buffer.writeFrame(
      Self.type,
      correlationID: correlationID,
      budgetMicroseconds: budgetMicroseconds,
      extensions: extensions ?? self.extensions
    ) { body in
      encodeBody(into: &body)
    }
  }
}
