internal import ApusWire

/// Requests that were made before a measurement, to be sent in turn.
public struct RequestSet: Sendable {
  /// The requests, in the order in which they are sent.
  let frames: [RequestFrame]

  /// The bytes of the longest request.
  public var requestLength: Int { frames.map(\.length).max() ?? 0 }

  /// The bytes of the longest right answer.
  public let replyLength: Int

  /// The rows of the largest request.
  public var rowCount: Int { frames.map(\.rowCount).max() ?? 0 }

  /// The mean count of rows of a request.
  public var meanRowCount: Double {
    Double(frames.reduce(0) { $0 + $1.rowCount }) / Double(max(1, frames.count))
  }

  /// The features that the requests make use of.
  let features: Features

  init(_ frames: [RequestFrame], replyLength: Int, features: Features = []) {
    self.frames = frames
    self.replyLength = replyLength
    self.features = features
  }

  /// The sign of life: what a request costs without a model.
  public static var ping: RequestSet {
    let frame = RequestFrame(Ping(number: 1))
    return RequestSet([frame], replyLength: frame.length)
  }
}
