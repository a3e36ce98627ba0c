public import NIOCore

/// The question what a model is.
public struct ModelInfoRequest: Message {
  /// MODEL_INFO.
  public static let type = FrameType.modelInfo

  /// The name of the model.
  public var name: String

  /// Creates the question.
  ///
  /// - Parameter name: The name of the model, `[a-z0-9_.-]{1,64}`.
  public init(name: String) { self.name = name }

  /// Reads the message from a body.
  public init(decoding body: ByteBuffer) throws(WireError) {
    var reader = try BodyReader(body, blockLength: 8)
    name = try reader.readModelName()
    try reader.finish()
  }

  /// Writes the body.
  public func encodeBody(into buffer: inout ByteBuffer) {
    buffer.writeBodyPrefix(blockLength: 8)
    buffer.writeText(name, maximumLength: WireLimits.nameLength)
  }
}
