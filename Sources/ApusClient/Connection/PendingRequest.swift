import ApusWire
import NIOCore

/// A request on its way: its frame, and who waits for the reply.
struct PendingRequest {
  /// Takes the reply, once.
  typealias Waiter = CheckedContinuation<Result<Frame, ClientError>, Never>

  /// The frame; the budget in its header is set when it is sent.
  let frame: Frame

  /// The rows.
  let rowCount: Int

  /// When nobody waits any more.
  let deadline: NIODeadline

  /// Who waits.
  let waiter: Waiter

  /// Whether the request was sent before, to a connection that then went away.
  var isRepeated = false

  /// The number of the request, different for all requests of a client.
  var id: UInt64 { frame.header.correlationID }

  /// What the request takes from the credit.
  var charge: Credit {
    Credit(requests: 1, rows: rowCount, bytes: WireLimits.headerLength + frame.body.readableBytes)
  }

  /// Returns the header with the time that is left as the budget, and the flags that are legal.
  func header(at now: NIODeadline, features: Features) -> FrameHeader {
    var header = frame.header
    header.flags.formIntersection(features.flags)
    header.budgetMicroseconds = UInt32(clamping: max(1, (deadline - now).nanoseconds / 1000))
    return header
  }
}
