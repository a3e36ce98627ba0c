public import NIOCore

/// The question what a model is.
public struct ModelInfoRequest: Message {
  /// MODEL_INFO.
  public static let type = FrameType.modelInfo

  /// The name of the model.
  public var name: String

  /// The version; empty for the route, which leads to the stable one.
  public var version: String

  /// Creates the question.
  ///
  /// - Parameters:
  ///   - name: The name of the model, `[a-z0-9_.-]{1,64}`.
  ///   - version: The version; empty for the route, which leads to the stable one.
  public init(name: String, version: String = "") {
    self.name = name
    self.version = version
  }

  /// Reads the message from a body.
  public init(decoding body: ByteBuffer) throws(WireError) {
    var reader = try BodyReader(body.readableBytesSpan, blockLength: 8)
    name = try reader.readModelName()
    version = try reader.readModelName(mayBeEmpty: true)
    try reader.finish()
  }

  /// Writes the body.
  public func encodeBody(into buffer: inout ByteBuffer) {
    buffer.writeBodyPrefix(blockLength: 8)
    buffer.writeText(name, maximumLength: WireLimits.nameLength)
    buffer.writeText(version, maximumLength: WireLimits.nameLength)
  }
}
