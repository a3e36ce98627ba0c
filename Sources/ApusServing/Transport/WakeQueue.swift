import HeapModule
import NIOCore

/// Which connections are to be woken when.
///
/// A connection whose time moved is woken at the old one too and finds nothing to do: that is
/// cheaper than finding it in the heap.
struct WakeQueue {
  private struct Wake: Comparable {
    let deadline: NIODeadline
    let token: UInt64

    static func < (left: Wake, right: Wake) -> Bool {
      (left.deadline, left.token) < (right.deadline, right.token)
    }
  }

  private var wakes = Heap<Wake>()

  /// The first time.
  var next: NIODeadline? { wakes.min?.deadline }

  /// Remembers a time.
  mutating func insert(_ token: UInt64, at deadline: NIODeadline) {
    wakes.insert(Wake(deadline: deadline, token: token))
  }

  /// Takes the connections whose time has come.
  mutating func removeDue(at now: NIODeadline) -> [UInt64] {
    var due: [UInt64] = []
    while let first = wakes.min, first.deadline <= now {
      due.append(wakes.removeMin().token)
    }
    return due
  }
}
