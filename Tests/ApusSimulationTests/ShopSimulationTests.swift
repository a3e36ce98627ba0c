import ApusMetrics
import ApusSimulation
import FoundationEssentials
import Testing

@Suite struct ShopSimulationTests {
  @Test func `the same seed gives the same bytes`() throws {
    let first = try Shop(seed: 7)
    let second = try Shop(seed: 7)
    #expect(first.files.keys.sorted() == Shop.fileNames)
    #expect(first.files == second.files)
    #expect(first.summary == second.summary)
  }

  @Test func `another seed gives other files`() throws {
    let first = try Shop(seed: 7)
    let second = try Shop(seed: 7 + 1 << 32)
    for name in Shop.fileNames { #expect(first.files[name] != second.files[name], "\(name)") }
  }

  @Test func `more users leave the sessions of the others as they were`() throws {
    let few = try Shop(users: 100).table("sessions")
    let many = try Shop(users: 150).table("sessions")
    let known = try Set(few.column("user"))
    let shared = many.rows.filter { row in known.contains(row[1]) }
    #expect(shared.map { $0.dropFirst() } == few.rows.map { $0.dropFirst() })
    #expect(many.rows.count > few.rows.count)
  }

  @Test func `the summary tells what the files hold`() throws {
    let shop = try Shop()
    let written = try JSONDecoder().decode(
      ShopSummary.self,
      from: #require(shop.files["summary.json"])
    )
    #expect(written == shop.summary)
    #expect(try shop.table("sessions").rows.count == shop.summary.sessions)
    #expect(try shop.table("truth").rows.count == shop.summary.sessions)
    #expect(try shop.table("events").rows.count == shop.summary.events)
    #expect(try shop.table("users").rows.count == 300)
    #expect(try shop.table("items").rows.count == 80)
    #expect(try shop.table("campaigns").rows.count == shop.summary.campaigns)
    let labels = try shop.table("sessions").column("purchased").map { field in field == "true" }
    let purchases = labels.count { label in label }
    #expect(shop.summary.purchases == purchases)
    #expect(shop.summary.purchaseRate == Double(purchases) / Double(labels.count))
    for (name, stated) in [
      ("trueProbability", shop.summary.bestPossibleAUC),
      ("observableProbability", shop.summary.observableAUC),
    ] {
      let scores = try shop.table("truth").numbers(name)
      let area = RankCurve(scores: scores, isPositive: labels).areaUnderCurve
      #expect(abs(try #require(area) - #require(stated)) < 1e-6)
    }
  }

  @Test func `every table is rectangular and none but the truth tells the truth`() throws {
    let shop = try Shop()
    for name in Shop.fileNames where name.hasSuffix(".csv") {
      let table = Table(try #require(shop.files[name]))
      #expect(table.rows.allSatisfy { row in row.count == table.columns.count }, "\(name)")
      let tells = table.columns.contains { column in column.contains("robability") }
      #expect(tells == (name == "truth.csv"))
    }
  }

  @Test func `sessions come in the order of time and are numbered`() throws {
    let sessions = try Shop().table("sessions")
    let moments = try sessions.column("timestamp")
    #expect(moments == moments.sorted())
    #expect(moments.allSatisfy { moment in moment.count == 20 && moment.hasSuffix("Z") })
    #expect(try sessions.column("session").first == "S00000000")
    #expect(try Set(sessions.column("session")).count == sessions.rows.count)
  }

  @Test func `only new visitors lack a last visit, and few other fields are blank`() throws {
    let sessions = try Shop(users: 1_000).table("sessions")
    let blanks = try sessions.column("daysSinceLastVisit").map(\.isEmpty)
    #expect(try blanks == sessions.column("visitorType").map { type in type == "new" })
    for name in sessions.columns where name != "daysSinceLastVisit" {
      let count = try sessions.column(name).count(where: \.isEmpty)
      let share = Double(count) / Double(sessions.rows.count)
      let isIncomplete = name == "region" || name == "loadMilliseconds"
      #expect(isIncomplete ? (0.02...0.06).contains(share) : count == 0, "\(name)")
    }
  }

  @Test func `a run without sessions writes headers and no areas`() throws {
    let shop = try Shop(users: 1, days: 1, items: 8, seed: 1)
    #expect(shop.summary.sessions == 0)
    #expect(shop.summary.bestPossibleAUC == nil)
    #expect(try shop.table("sessions").rows.isEmpty)
    #expect(try shop.table("sessions").columns.last == "purchased")
  }
}
