package import ApusWire

/// What each request in flight is charged, by its correlation id.
///
/// Open addressing with linear probing, at most half full, and deletions that close the gap (Knuth,
/// The Art of Computer Programming 6.4, algorithms L and R). A lookup is one multiplication and
/// mostly one look at memory. The multiplier is drawn for each table, so that a client cannot
/// choose ids that meet.
///
/// ```
/// slot   (id * multiplier) >> shift
/// slots  |    | 17 |  5 | 21 |    |    | 80 |    |      an id of 0 marks an empty slot
/// ```
package struct InFlightTable: Sendable {
  private struct Slot {
    var id: UInt64 = 0
    var charge = Credit()
  }

  private static let leastSlots = 16

  private var slots = [Slot](repeating: Slot(), count: leastSlots)
  private let multiplier = UInt64.random(in: .min ... .max) | 1

  /// The requests in flight.
  package private(set) var count = 0

  /// Creates an empty table.
  package init() {}

  /// Whether nothing is in flight.
  package var isEmpty: Bool { count == 0 }

  /// Whether a request is in flight.
  package func contains(_ id: UInt64) -> Bool { id != 0 && slots[place(of: id)].id == id }

  /// Adds a request.
  ///
  /// - Parameters:
  ///   - id: Its correlation id, which is neither 0 nor that of a request in flight.
  ///   - charge: What it takes of the credit.
  package mutating func insert(_ id: UInt64, charge: Credit) {
    if 2 * (count + 1) > slots.count { grow() }
    let place = place(of: id)
    precondition(
      id != 0 && slots[place].id != id, "request \(id) is in flight; \(count) requests are")
    slots[place] = Slot(id: id, charge: charge)
    count += 1
  }

  /// Removes a request.
  ///
  /// - Parameter id: Its correlation id.
  /// - Returns: What it was charged, or nil if it is not in flight.
  package mutating func remove(_ id: UInt64) -> Credit? {
    var hole = place(of: id)
    guard id != 0, slots[hole].id == id else { return nil }
    let charge = slots[hole].charge
    count -= 1
    // Whoever was pushed past the hole moves into it, or it would not be found any more.
    var next = hole
    while true {
      next = (next + 1) & (slots.count - 1)
      guard slots[next].id != 0 else { break }
      let distance = (next &- home(of: slots[next].id)) & (slots.count - 1)
      guard distance >= (next &- hole) & (slots.count - 1) else { continue }
      slots[hole] = slots[next]
      hole = next
    }
    slots[hole].id = 0
    return charge
  }

  /// Forgets all requests.
  package mutating func removeAll() {
    guard !isEmpty else { return }
    slots = [Slot](repeating: Slot(), count: Self.leastSlots)
    count = 0
  }

  /// Where an id would lie if nobody were in its way.
  private func home(of id: UInt64) -> Int {
    Int((id &* multiplier) >> UInt64(UInt64.bitWidth - slots.count.trailingZeroBitCount))
  }

  /// The slot of an id, or the empty one where it belongs.
  private func place(of id: UInt64) -> Int {
    var slot = home(of: id)
    while slots[slot].id != id, slots[slot].id != 0 { slot = (slot + 1) & (slots.count - 1) }
    return slot
  }

  private mutating func grow() {
    let old = slots
    slots = [Slot](repeating: Slot(), count: 2 * old.count)
    for slot in old where slot.id != 0 { slots[place(of: slot.id)] = slot }
  }
}
