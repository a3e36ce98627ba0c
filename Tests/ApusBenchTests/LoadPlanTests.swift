import ApusBench
import Testing

@Suite("A plan of load")
struct LoadPlanTests {
  @Test("shares add up to the whole")
  func shares() {
    var plan = LoadPlan()
    plan.connections = 7
    plan.arrivals = .poisson(perSecond: 700)
    plan.processors = [2, 3]
    let shares = (0..<3).map { plan.share($0, of: 3) }
    #expect(shares.map(\.connections) == [3, 2, 2])
    #expect(
      shares.map(\.arrivals)
        == [.poisson(perSecond: 300), .poisson(perSecond: 200), .poisson(perSecond: 200)])
    #expect(shares.map(\.processors) == [[2], [3], [2]])
    #expect(Set(shares.map(\.seed)).count == 3)
    #expect(shares.allSatisfy { $0.fault == nil })
  }

  @Test("what cannot be run is named")
  func faults() {
    func fault(_ change: (inout LoadPlan) -> Void) -> String {
      var plan = LoadPlan()
      change(&plan)
      return plan.fault ?? "none"
    }
    #expect(fault { _ in } == "none")
    #expect(fault { $0.connections = 0 }.contains("0 connections"))
    #expect(fault { $0.depth = 65_536 }.contains("65536"))
    #expect(fault { $0.durationSeconds = 0 }.contains("more than 0 s"))
    #expect(fault { $0.arrivals = .fixed(perSecond: 0) }.contains("0.0 requests"))
    #expect(fault { ($0.waiting, $0.connections) = (.block, 2) }.contains("2"))
    #expect(
      fault { ($0.waiting, $0.arrivals) = (.block, .fixed(perSecond: 1)) }.contains("block"))
  }
}
