import ApusWire
import Synchronization

/// How often requests were refused, by the code of the error.
final class RefusalCounters: Sendable {
  private let counts: [20 of Atomic<UInt64>] = InlineArray { _ in Atomic(0) }

  /// Counts a refusal; codes that this version does not know are counted together.
  func record(_ code: WireError.Code) {
    let index = Int(code.rawValue)
    counts[index < counts.count ? index : 0].add(1, ordering: .relaxed)
  }

  /// The codes that occurred, by their labels.
  func snapshot() -> [String: UInt64] {
    var result: [String: UInt64] = [:]
    for index in counts.indices {
      let count = counts[index].load(ordering: .relaxed)
      guard count > 0 else { continue }
      result[WireError.Code(rawValue: UInt16(index)).label, default: 0] += count
    }
    return result
  }
}
