package import NIOCore

/// Bounds how often a proof of identity may be wrong, by peer and in all.
///
/// Each failure fills a bucket that leaks; a full one refuses its peer until there is room again.
/// While failures of all peers together are too many, every peer with a failure on record is
/// refused. One without is still heard, so that a flood does not lock everybody out, unless so many
/// peers fail that the table is full.
package struct FailureLimiter {
  /// A count that falls by itself.
  private struct Bucket {
    var level = 0.0
    var time: NIODeadline

    func level(at now: NIODeadline, leak: Double) -> Double {
      max(0, level - Double((now - time).nanoseconds) / 1e9 * leak)
    }
  }

  /// The failures at once after which a peer is refused.
  package static let failuresPerPeer = 5.0
  /// The failures of all peers at once after which those on record are refused.
  package static let failuresInAll = 100.0
  /// The most peers on record.
  package static let peerLimit = 4096
  private static let leakPerPeer = 0.5
  private static let leakInAll = 20.0

  private var peers: [String: Bucket] = [:]
  private var all: Bucket
  private var nextSweep: NIODeadline

  /// How many peers are on record.
  package var peerCount: Int { peers.count }

  /// Creates a limiter that knows of no failure.
  ///
  /// - Parameter now: The time.
  package init(now: NIODeadline) {
    all = Bucket(time: now)
    nextSweep = now
  }

  /// Tells how long a peer is refused.
  ///
  /// - Parameters:
  ///   - peer: The peer's address.
  ///   - now: The time.
  /// - Returns: The time from now on, in seconds; nil if the peer may try.
  package func refusalSeconds(of peer: String, at now: NIODeadline) -> Double? {
    let excess = all.level(at: now, leak: Self.leakInAll) + 1 - Self.failuresInAll
    let wait = excess > 0 ? excess / Self.leakInAll : nil
    guard let bucket = peers[peer] else { return peers.count < Self.peerLimit ? nil : wait }
    let peerExcess = bucket.level(at: now, leak: Self.leakPerPeer) + 1 - Self.failuresPerPeer
    guard peerExcess > 0 else { return wait }
    return max(peerExcess / Self.leakPerPeer, wait ?? 0)
  }

  /// Counts a failure.
  ///
  /// - Parameters:
  ///   - peer: The peer's address.
  ///   - now: The time.
  package mutating func record(_ peer: String, at now: NIODeadline) {
    all = Bucket(level: all.level(at: now, leak: Self.leakInAll) + 1, time: now)
    if peers.count >= Self.peerLimit, peers[peer] == nil { sweep(at: now) }
    guard peers.count < Self.peerLimit || peers[peer] != nil else { return }
    let level = peers[peer]?.level(at: now, leak: Self.leakPerPeer) ?? 0
    peers[peer] = Bucket(level: level + 1, time: now)
  }

  /// Forgets the peers whose failures have leaked away, at most once a second.
  private mutating func sweep(at now: NIODeadline) {
    guard now >= nextSweep else { return }
    nextSweep = now + .seconds(1)
    peers = peers.filter { $0.value.level(at: now, leak: Self.leakPerPeer) > 0 }
  }
}
