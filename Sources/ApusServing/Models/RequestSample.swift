public import ApusWire
internal import Synchronization

/// The last few requests of a name, kept so that a new version can be tried on them.
///
/// A ring of bounded requests and rows. Recording is for the paths that answer requests: it never
/// waits, and what would have to wait is not recorded. The requests are copied out of their frames
/// and leave memory when newer ones come.
public final class RequestSample: Sendable {
  /// The rows of one request, as they came.
  public enum Rows: Sendable {
    /// Finished features, row after row.
    case features([Float])
    /// Raw columns.
    case columns([RawColumn])
  }

  struct Request: Sendable {
    let rows: Rows
    let rowCount: Int
    let schemaHash: UInt64
  }

  /// The requests that are kept.
  static let requestLimit = 64
  /// The rows of a request beyond which it is not kept.
  static let rowLimit = 64

  private struct Ring {
    var requests: [Request] = []
    var next = 0
  }

  private let interval: Int
  private let offers = Atomic<Int>(0)
  private let ring = Mutex(Ring())

  /// Creates an empty sample.
  ///
  /// - Parameter percent: The share of the requests that is recorded, 0 to 100; 0 records nothing.
  public init(percent: Double) {
    precondition(0...100 ~= percent, "a share is 0 to 100 percent, not \(percent)")
    interval = percent > 0 ? max(1, Int((100 / percent).rounded())) : 0
  }

  /// Records a request if it is its turn.
  ///
  /// - Parameters:
  ///   - schemaHash: The hash of the schema that the rows were made for.
  ///   - rowCount: The rows.
  ///   - rows: Copies the rows; called only for a request that is recorded.
  public func offer(schemaHash: UInt64, rowCount: Int, rows: () -> Rows) {
    guard interval > 0, rowCount <= Self.rowLimit,
      offers.add(1, ordering: .relaxed).oldValue % interval == 0
    else { return }
    _ = ring.withLockIfAvailable { ring in
      let request = Request(rows: rows(), rowCount: rowCount, schemaHash: schemaHash)
      if ring.requests.count < Self.requestLimit {
        ring.requests.append(request)
      } else {
        ring.requests[ring.next] = request
        ring.next = (ring.next + 1) % Self.requestLimit
      }
    }
  }

  /// The requests that are kept now.
  var requests: [Request] { ring.withLock { $0.requests } }
}
