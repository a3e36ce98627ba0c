import ApusServing
import ApusWire
import Testing

@Suite struct InFlightTableTests {
  @Test func `a request is there from its insertion to its removal`() {
    var table = InFlightTable()
    #expect(!table.contains(7))
    table.insert(7, charge: Credit(requests: 1, rows: 3, bytes: 100))
    #expect(table.contains(7))
    #expect(table.count == 1)
    #expect(table.remove(7) == Credit(requests: 1, rows: 3, bytes: 100))
    #expect(table.remove(7) == nil)
    #expect(table.isEmpty)
  }

  @Test func `zero, which marks an empty slot, is never in flight`() {
    var table = InFlightTable()
    #expect(!table.contains(0))
    #expect(table.remove(0) == nil)
    table.insert(1, charge: Credit())
    #expect(table.remove(0) == nil)
    #expect(table.count == 1)
  }

  @Test func `it agrees with a dictionary over many insertions and removals`() {
    let seed = UInt64.random(in: .min ... .max)
    var random = SeededGenerator(seed: seed)
    var table = InFlightTable()
    var expected: [UInt64: Credit] = [:]
    for step in 0..<20_000 {
      // Few ids, some next to each other and some far apart, so that gaps open and close.
      let id = (random.next() % 200 + 1) << (random.next() % 2 * 50)
      if expected[id] == nil, random.next() % 3 > 0 || step < 100 {
        let charge = Credit(requests: 1, rows: step, bytes: Int(id))
        table.insert(id, charge: charge)
        expected[id] = charge
      } else {
        #expect(table.remove(id) == expected.removeValue(forKey: id), "seed \(seed), step \(step)")
      }
      #expect(table.count == expected.count, "seed \(seed), step \(step)")
    }
    for id in 1...UInt64(200) {
      #expect(table.contains(id) == (expected[id] != nil), "seed \(seed), id \(id)")
    }
    table.removeAll()
    #expect(table.isEmpty && !table.contains(expected.keys.first ?? 1))
  }
}
