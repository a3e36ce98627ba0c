import ApusServing
import Testing

@Suite("Confined values")
struct ConfinedTests {
  @Test func usesFollowOneAnother() {
    let confined = Confined([1])
    confined.with { $0.append(2) }
    #expect(confined.with { $0 } == [1, 2])
  }

  @Test func afterAThrownErrorTheValueIsFree() {
    struct Interrupted: Error {}
    let confined = Confined(1)
    #expect(throws: Interrupted.self) { try confined.with { _ in throw Interrupted() } }
    #expect(confined.with { $0 } == 1)
  }

  @Test func aUseWithinAUseTraps() async {
    await #expect(processExitsWith: .failure) {
      let confined = Confined(1)
      confined.with { _ in confined.with { $0 = 2 } }
    }
  }
}
