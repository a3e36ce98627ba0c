/// The type of a frame of version 1.
///
/// Requests are below `0x80`; the reply of request *t* is *t* + `0x80`. Numbers that <doc:Protocol>
/// reserves are not cases here: to version 1 they are unknown.
public enum FrameType: UInt8, Sendable, CaseIterable {
  /// The first frame of a connection.
  case hello = 0x01
  /// A sign of life is asked for.
  case ping = 0x03
  /// The models served are asked for.
  case modelList = 0x10
  /// The description of one model is asked for.
  case modelInfo = 0x11
  /// The scores of some rows are asked for.
  case score = 0x20
  /// The limits and the credit of the connection.
  case helloOK = 0x81
  /// A sign of life.
  case pong = 0x83
  /// The models served.
  case modelListOK = 0x90
  /// The description of one model.
  case modelInfoOK = 0x91
  /// The scores of some rows.
  case scoreOK = 0xA0
  /// A request, or the connection, failed.
  case error = 0xF0
  /// The server is going away.
  case goAway = 0xF1

  /// Whether servers send this type, and clients do not.
  public var isFromServer: Bool { rawValue >= 0x80 }

  /// Whether a frame of this type may carry correlation id `id`.
  package func allows(correlationID id: UInt64) -> Bool {
    switch self {
    case .error: true
    case .goAway: id == 0
    default: id != 0
    }
  }
}
