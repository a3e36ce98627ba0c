import ApusServing
import NIOCore
import Testing

/// A bounded queue that treats models and connections fairly.
@Suite struct FairQueueTests {
  private final class Name {}

  private let models = [Name(), Name()]
  private let connections = [Name(), Name(), Name()]
  private let start = NIODeadline.uptimeNanoseconds(1_000_000)

  private typealias Queue = FairQueue<Int>

  private func entry(
    _ element: Int, model: Int = 0, connection: Int = 0, isBulk: Bool = false,
    deadline: Int64 = 1000, rows: Int = 1, bytes: Int = 1, nanoseconds: Int = 100
  ) -> Queue.Entry {
    Queue.Entry(
      element, model: ObjectIdentifier(models[model]),
      connection: ObjectIdentifier(connections[connection]), isBulk: isBulk,
      deadline: start + .nanoseconds(deadline), rows: rows, bytes: bytes, nanoseconds: nanoseconds)
  }

  private func queue(entries: Int = 100, rows: Int = 1000, bytes: Int = 1000) -> Queue {
    Queue(limits: .init(entries: entries, rows: rows, bytes: bytes))
  }

  private func drained(_ queue: inout Queue) -> [Int] {
    var order: [Int] = []
    while let entry = queue.next() { order.append(entry.element) }
    return order
  }

  @Test func workOfOneConnectionStaysInOrder() {
    var queue = queue()
    for element in 0..<5 { #expect(queue.insert(entry(element)).isEmpty) }
    #expect(queue.count == 5 && queue.rows == 5 && queue.nanoseconds == 500)
    #expect(drained(&queue) == [0, 1, 2, 3, 4])
    #expect(queue.count == 0 && queue.rows == 0 && queue.bytes == 0 && queue.nanoseconds == 0)
  }

  @Test func aConnectionWithMuchWorkDoesNotDelayTheOthers() {
    var queue = queue()
    for element in 0..<6 { _ = queue.insert(entry(element, connection: 0)) }
    _ = queue.insert(entry(10, connection: 1))
    _ = queue.insert(entry(20, connection: 2))
    let order = drained(&queue)
    #expect(order.firstIndex(of: 10)! <= 2 && order.firstIndex(of: 20)! <= 2, "\(order)")
  }

  @Test func timeIsSharedNotTurns() {
    var queue = queue()
    // Connection 0 asks for ten times as much at once.
    for element in 0..<3 { _ = queue.insert(entry(element, connection: 0, nanoseconds: 1000)) }
    for element in 10..<30 { _ = queue.insert(entry(element, connection: 1, nanoseconds: 100)) }
    let order = drained(&queue)
    let second = order.firstIndex(of: 1)!
    #expect((10...11).contains(order[..<second].count { $0 >= 10 }), "\(order)")
  }

  @Test func aModelWithManyConnectionsDoesNotDelayAnother() {
    var queue = queue()
    for element in 0..<9 { _ = queue.insert(entry(element, model: 0, connection: element % 3)) }
    for element in 10..<12 { _ = queue.insert(entry(element, model: 1, connection: 0)) }
    let order = drained(&queue)
    #expect(order.firstIndex(of: 11)! <= 4, "\(order)")
  }

  @Test func bulkGetsLessButNotNothing() {
    var queue = queue()
    for element in 0..<4 { _ = queue.insert(entry(element, connection: 0, isBulk: true)) }
    for element in 10..<40 { _ = queue.insert(entry(element, connection: 1)) }
    let order = drained(&queue)
    let bulk = order.indices.filter { order[$0] < 10 }
    #expect(bulk[1] >= 8 && bulk[3] < order.count - 1, "\(order)")
  }

  @Test func theLatestDeadlineLeavesAFullQueue() {
    var queue = queue(entries: 2)
    #expect(queue.insert(entry(0, deadline: 500)).isEmpty)
    #expect(queue.insert(entry(1, deadline: 900)).isEmpty)
    #expect(queue.insert(entry(2, deadline: 100)).map(\.element) == [1])
    #expect(queue.insert(entry(3, deadline: 2000)).map(\.element) == [3])
    #expect(drained(&queue) == [0, 2])
  }

  @Test(arguments: ["rows", "bytes"])
  func rowsAndBytesAreBoundedToo(what: String) {
    var queue = queue(rows: 10, bytes: 10)
    let (rows, bytes) = what == "rows" ? (6, 1) : (1, 6)
    #expect(queue.insert(entry(0, deadline: 100, rows: rows, bytes: bytes)).isEmpty)
    let out = queue.insert(entry(1, deadline: 200, rows: rows, bytes: bytes))
    #expect(out.map(\.element) == [1])
  }

  @Test func lateWorkIsTakenOut() {
    var queue = queue()
    for element in 0..<4 { _ = queue.insert(entry(element, deadline: Int64(element) * 100)) }
    #expect(queue.earliestDeadline() == start)
    #expect(queue.removeExpired(at: start + .nanoseconds(150)).map(\.element) == [0, 1])
    #expect(queue.earliestDeadline() == start + .nanoseconds(200))
    #expect(drained(&queue) == [2, 3])
    #expect(queue.earliestDeadline() == nil)
  }

  @Test func moreOfTheSameModelComesAlong() {
    var queue = queue()
    for element in 0..<4 { _ = queue.insert(entry(element, connection: element % 2, rows: 2)) }
    _ = queue.insert(entry(9, model: 1))
    let first = queue.next()!
    #expect(first.element == 0)
    let more = queue.more(of: first.model, rowLimit: 4) { $0 != 1 }
    #expect(more.map(\.element) == [2], "the connection of 1 waits behind 1, which is not wanted")
    #expect(Set(drained(&queue)) == [1, 3, 9])
  }

  @Test func deadEntriesDoNotPileUp() {
    var queue = queue()
    for element in 0..<100_000 {
      _ = queue.insert(entry(element, deadline: 1_000_000_000))
      #expect(queue.next()?.element == element)
    }
    #expect(queue.count == 0 && queue.earliestDeadline() == nil)
  }
}
