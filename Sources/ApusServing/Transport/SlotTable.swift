/// Values by tokens that it gives out itself, found without hashing.
///
/// ```
/// token  | number 40 | slot 24 |      numbers begin at 1
/// ```
/// A token is never given out again, so that what comes late for a value that is gone meets none.
package struct SlotTable<Value> {
  private struct Slot {
    var token: UInt64
    var value: Value?
  }

  private static var slotBits: UInt64 { 24 }

  private var slots: [Slot] = []
  private var free: [Int] = []
  private var lastNumber: UInt64 = 0

  /// Creates an empty table.
  package init() {}

  /// How many tokens are taken.
  package var count: Int { slots.count - free.count }

  /// All values as they are now, whatever becomes of the table meanwhile.
  package var values: some Sequence<Value> { slots.lazy.compactMap(\.value) }

  /// Takes the token of a value to come.
  package mutating func takeToken() -> UInt64 {
    let slot = free.popLast() ?? slots.count
    precondition(slot < 1 << Self.slotBits, "\(slot) slots are taken, and there are no more")
    lastNumber += 1
    let token = lastNumber << Self.slotBits | UInt64(slot)
    if slot == slots.count {
      slots.append(Slot(token: token))
    } else {
      slots[slot].token = token
    }
    return token
  }

  /// The value of a token, nil if it is gone.
  package subscript(token: UInt64) -> Value? { slot(of: token).flatMap { slots[$0].value } }

  /// Puts the value in that a token was taken for.
  package mutating func insert(_ value: Value, as token: UInt64) {
    guard let slot = slot(of: token) else {
      preconditionFailure("token \(token) is none of the \(count) that are taken")
    }
    slots[slot].value = value
  }

  /// Gives a token up, and its value.
  package mutating func remove(_ token: UInt64) {
    guard let slot = slot(of: token) else { return }
    slots[slot] = Slot(token: 0)
    free.append(slot)
  }

  private func slot(of token: UInt64) -> Int? {
    let slot = Int(token & (1 << Self.slotBits - 1))
    return slot < slots.count && slots[slot].token == token ? slot : nil
  }
}
