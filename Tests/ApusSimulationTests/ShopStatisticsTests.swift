import ApusSimulation
import Testing

@Suite struct ShopStatisticsTests {
  @Test(arguments: [1, 2, 3] as [UInt64])
  func `marginals stay in their bounds`(seed: UInt64) throws {
    let shop = try Shop(users: 1_000, days: 40, items: 400, seed: seed)
    let summary = shop.summary
    #expect((8_000...13_000).contains(summary.sessions), "seed \(seed)")
    #expect((0.10...0.15).contains(summary.purchaseRate), "seed \(seed)")
    let best = try #require(summary.bestPossibleAUC)
    let observable = try #require(summary.observableAUC)
    #expect((0.93...0.97).contains(best), "seed \(seed)")
    #expect((0.002...0.01).contains(best - observable), "seed \(seed)")

    let sessions = try shop.table("sessions")
    let bounces = try sessions.numbers("bounceRate")
    #expect(bounces.allSatisfy { rate in (0...0.2).contains(rate) })
    #expect(try sessions.numbers("bestMatch").allSatisfy { match in (-1...1).contains(match) })
    #expect(try sessions.numbers("productPages").allSatisfy { pages in pages >= 1 })
    let new = try sessions.column("visitorType").count { type in type == "new" }
    #expect((0.1...0.2).contains(Double(new) / Double(sessions.rows.count)))
  }

  @Test(arguments: ["trueProbability", "observableProbability"])
  func `purchases happen as often as the probability says`(column: String) throws {
    let shop = try Shop(users: 3_000, days: 40, items: 400, seed: 5)
    let probabilities = try shop.table("truth").numbers(column)
    let labels = try shop.table("sessions").column("purchased").map { field in field == "true" }
    for bin in 0..<10 {
      let range = Double(bin) / 10..<Double(bin + 1) / 10
      let rows = probabilities.indices.filter { row in range.contains(probabilities[row]) }
      let expected = rows.reduce(0.0) { sum, row in sum + probabilities[row] }
      let variance = rows.reduce(0.0) { sum, row in
        sum + probabilities[row] * (1 - probabilities[row])
      }
      let observed = Double(rows.count { row in labels[row] })
      let deviations = (observed - expected) / Mathematics.squareRoot(variance)
      #expect(rows.count > 100)
      #expect(abs(deviations) < 4, "bin \(range): \(observed) bought, expected \(expected)")
    }
  }

  @Test func `events, baskets and labels tell one story`() throws {
    let shop = try Shop(users: 500, days: 10)
    let items = try shop.table("items")
    let prices = Dictionary(
      uniqueKeysWithValues: zip(try items.column("item"), try items.numbers("price"))
    )
    var events: [String: [(item: String, kind: String)]] = [:]
    for row in try shop.table("events").rows {
      events[row[0], default: []].append((row[2], row[3]))
    }
    let sessions = try shop.table("sessions")
    let names = try sessions.column("session")
    let pages = try sessions.numbers("productPages")
    let basketItems = try sessions.numbers("basketItems")
    let basketValues = try sessions.numbers("basketValue")
    let discounts = try sessions.numbers("discount")
    let labels = try sessions.column("purchased")
    for row in names.indices {
      let own = try #require(events[names[row]])
      let carted = own.filter { event in event.kind == "cart" }.map(\.item)
      let bought = own.filter { event in event.kind == "purchase" }.map(\.item)
      #expect(own.count { event in event.kind == "view" } == Int(pages[row]))
      #expect(carted.count == Int(basketItems[row]))
      let value = try carted.reduce(0.0) { sum, item in try sum + #require(prices[item]) }
      #expect(abs(value * (1 - discounts[row]) - basketValues[row]) < 0.01)
      #expect(bought.isEmpty == (labels[row] == "false"))
      if !bought.isEmpty && !carted.isEmpty { #expect(bought == carted) }
    }
    #expect(events.count == names.count)
  }
}
