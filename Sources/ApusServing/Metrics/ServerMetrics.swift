import Synchronization

/// What is counted of a server as a whole.
///
/// Any thread may record at any time; nothing blocks and nothing is allocated.
public final class ServerMetrics: Sendable {
  /// Why a connection was refused or given up.
  public enum ConnectionRefusal: Int, Sendable, CaseIterable {
    /// The server has as many connections as it takes.
    case limit
    /// One peer has as many connections as it may have.
    case peerLimit
    /// The process has no free file descriptor.
    case descriptors
    /// The server is going away.
    case draining
    /// TLS could not be agreed.
    case tls
    /// Neither HELLO nor a proof of identity came in time.
    case handshake

    /// The name in reports.
    public var name: String {
      switch self {
      case .limit: "limit"
      case .peerLimit: "peer_limit"
      case .descriptors: "descriptors"
      case .draining: "draining"
      case .tls: "tls"
      case .handshake: "handshake"
      }
    }
  }

  private let opened = Atomic<UInt64>(0)
  private let closed = Atomic<UInt64>(0)
  private let refused: [6 of Atomic<UInt64>] = InlineArray { _ in Atomic(0) }
  private let authenticationFailures = Atomic<UInt64>(0)
  private let protocolErrors = Atomic<UInt64>(0)
  private let framesIn = Atomic<UInt64>(0)
  private let framesOut = Atomic<UInt64>(0)
  private let bytesIn = Atomic<UInt64>(0)
  private let bytesOut = Atomic<UInt64>(0)
  private let swapFailures = Atomic<UInt64>(0)
  private let swaps = LatencyHistogram()

  /// Creates the metrics of a server that has just started.
  public init() {}

  /// Counts a connection that was accepted.
  public func recordConnectionOpened() { opened.add(1, ordering: .relaxed) }

  /// Counts the end of a connection that was accepted.
  public func recordConnectionClosed() { closed.add(1, ordering: .relaxed) }

  /// Counts a connection that was not served, or no longer.
  ///
  /// - Parameter reason: Why.
  public func recordConnectionRefused(_ reason: ConnectionRefusal) {
    refused[reason.rawValue].add(1, ordering: .relaxed)
  }

  /// Counts a wrong proof of identity.
  public func recordAuthenticationFailure() { authenticationFailures.add(1, ordering: .relaxed) }

  /// Counts a frame that broke the protocol.
  public func recordProtocolError() { protocolErrors.add(1, ordering: .relaxed) }

  /// Counts what came in; one call for a turn of the event loop is enough.
  ///
  /// - Parameters:
  ///   - frames: The whole frames.
  ///   - bytes: The bytes.
  public func recordInput(frames: Int, bytes: Int) {
    framesIn.add(UInt64(max(frames, 0)), ordering: .relaxed)
    bytesIn.add(UInt64(max(bytes, 0)), ordering: .relaxed)
  }

  /// Counts what was sent; one call for a turn of the event loop is enough.
  ///
  /// - Parameters:
  ///   - frames: The whole frames.
  ///   - bytes: The bytes.
  public func recordOutput(frames: Int, bytes: Int) {
    framesOut.add(UInt64(max(frames, 0)), ordering: .relaxed)
    bytesOut.add(UInt64(max(bytes, 0)), ordering: .relaxed)
  }

  /// Counts a change of a serving version.
  ///
  /// - Parameter nanoseconds: The time from the start of the load to the change.
  public func recordSwap(nanoseconds: Int64) { swaps.record(nanoseconds: nanoseconds) }

  /// Counts a version that was to be served and was refused.
  public func recordSwapFailure() { swapFailures.add(1, ordering: .relaxed) }

  /// Returns what has been counted up to now.
  public func snapshot() -> Snapshot {
    var refusals: [String: UInt64] = [:]
    for reason in ConnectionRefusal.allCases {
      refusals[reason.name] = refused[reason.rawValue].load(ordering: .relaxed)
    }
    // The end is read before the start, so that no more connections seem closed than opened.
    let closed = closed.load(ordering: .relaxed)
    return Snapshot(
      connectionsOpened: opened.load(ordering: .relaxed), connectionsClosed: closed,
      connectionsRefused: refusals,
      authenticationFailures: authenticationFailures.load(ordering: .relaxed),
      protocolErrors: protocolErrors.load(ordering: .relaxed),
      framesIn: framesIn.load(ordering: .relaxed), framesOut: framesOut.load(ordering: .relaxed),
      bytesIn: bytesIn.load(ordering: .relaxed), bytesOut: bytesOut.load(ordering: .relaxed),
      swapFailures: swapFailures.load(ordering: .relaxed), swaps: swaps.snapshot())
  }
}

extension ServerMetrics {
  /// What had been counted of a server at one moment.
  public struct Snapshot: Sendable, Encodable {
    /// The connections that were accepted.
    public let connectionsOpened: UInt64
    /// Those of them that are over.
    public let connectionsClosed: UInt64
    /// The connections that were not served, by the name of the ``ConnectionRefusal``.
    public let connectionsRefused: [String: UInt64]
    /// The wrong proofs of identity.
    public let authenticationFailures: UInt64
    /// The frames that broke the protocol.
    public let protocolErrors: UInt64
    /// The whole frames that came in.
    public let framesIn: UInt64
    /// The whole frames that were sent.
    public let framesOut: UInt64
    /// The bytes that came in.
    public let bytesIn: UInt64
    /// The bytes that were sent.
    public let bytesOut: UInt64
    /// The versions that were to be served and were refused.
    public let swapFailures: UInt64
    /// The changes of a serving version, by the time from the start of the load.
    public let swaps: LatencySnapshot

    /// The connections that are open.
    public var connectionsOpen: UInt64 {
      connectionsOpened - min(connectionsOpened, connectionsClosed)
    }
  }
}
