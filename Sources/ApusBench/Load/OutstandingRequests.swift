/// The requests of one connection that wait for their replies.
///
/// ```
/// identifier:  | sequence (48 bits), from 1 | slot (16 bits) |
/// ```
/// The slot finds a request at once, and the sequence tells it from all that had the slot before.
/// Slots are given out in the order in which they came back, so that where replies keep the order
/// of requests, slots go round.
struct OutstandingRequests {
  /// One request.
  struct Request {
    /// The number that joins the reply to it; 0 marks a free slot.
    var identifier: UInt64 = 0
    /// Which of the prepared requests it is.
    var index = 0
    /// When it was to be sent, in nanoseconds.
    var due: UInt64 = 0
    /// When it was sent, in nanoseconds.
    var sent: UInt64 = 0
  }

  private var slots: [Request]
  private var freeSlots: [UInt16]
  private var begun: UInt64 = 0
  private var finished: UInt64 = 0

  /// Creates a table without requests.
  ///
  /// - Parameter depth: The most requests that may be outstanding.
  init(depth: Int) {
    slots = [Request](repeating: Request(), count: depth)
    freeSlots = (0..<depth).map { UInt16($0) }
  }

  /// The requests outstanding.
  var count: Int { Int(begun - finished) }

  /// Whether another one may begin.
  var hasRoom: Bool { count < slots.count }

  /// Begins a request and returns its identifier.
  mutating func begin(index: Int, due: UInt64, sent: UInt64) -> UInt64 {
    precondition(hasRoom, "\(count) requests are outstanding, which is all there may be")
    let slot = freeSlots[Int(begun % UInt64(freeSlots.count))]
    begun += 1
    let identifier = begun << 16 | UInt64(slot)
    slots[Int(slot)] = Request(identifier: identifier, index: index, due: due, sent: sent)
    return identifier
  }

  /// Ends the request with an identifier; `nil` if there is none.
  mutating func finish(_ identifier: UInt64) -> Request? {
    let slot = Int(identifier & 0xFFFF)
    guard slot < slots.count, identifier != 0, slots[slot].identifier == identifier else {
      return nil
    }
    let request = slots[slot]
    slots[slot].identifier = 0
    freeSlots[Int(finished % UInt64(freeSlots.count))] = UInt16(slot)
    finished += 1
    return request
  }

  /// Ends the request that began first, where all replies come in order; `nil` if there is none.
  mutating func finishOldest() -> Request? {
    guard count > 0 else { return nil }
    return finish(slots[Int(finished % UInt64(slots.count))].identifier)
  }
}
