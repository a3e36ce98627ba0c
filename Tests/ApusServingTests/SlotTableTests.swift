import ApusServing
import Testing

/// Values by tokens that are never given out again.
@Suite struct SlotTableTests {
  @Test func valuesAreFoundUntilTheyAreRemoved() {
    var table = SlotTable<String>()
    let tokens = (0..<5).map { _ in table.takeToken() }
    for (index, token) in tokens.enumerated() { table.insert("value \(index)", as: token) }
    table.remove(tokens[1])
    table.remove(tokens[3])
    #expect(tokens.map { table[$0] } == ["value 0", nil, "value 2", nil, "value 4"])
    #expect(Array(table.values) == ["value 0", "value 2", "value 4"])
    #expect(table.count == 3)
  }

  @Test func aSlotIsUsedAgainAndItsTokenNot() {
    var table = SlotTable<String>()
    let old = table.takeToken()
    table.insert("old", as: old)
    table.remove(old)
    // Once more, as when a connection is closed twice.
    table.remove(old)
    #expect(table.count == 0)
    let tokens = (0..<3).map { _ in table.takeToken() }
    #expect(Set(tokens + [old]).count == 4)
    table.insert("new", as: tokens[0])
    #expect(table[old] == nil)
    #expect(table[tokens[0]] == "new")
    #expect(table.count == 3)
  }

  @Test func tokensOfNobodyAreNobodys() {
    var table = SlotTable<Int>()
    let token = table.takeToken()
    #expect(table[token] == nil)
    for other in [0, 1, token + 1, token << 1, .max] { #expect(table[other] == nil) }
  }
}
