public import NIOCore

/// A verified frame: its header, and a view of its body.
///
/// The body shares the memory of the buffer that the frame was read from; it is copied only if that
/// buffer is written to while the body is still held.
public struct Frame: Equatable, Sendable {
  /// The header.
  public var header: FrameHeader

  /// The body, whose checksum was verified.
  public var body: ByteBuffer

  /// Creates a frame.
  ///
  /// - Parameters:
  ///   - header: The header.
  ///   - body: The body that the header describes.
  public init(header: FrameHeader, body: ByteBuffer) {
    self.header = header
    self.body = body
  }
}
