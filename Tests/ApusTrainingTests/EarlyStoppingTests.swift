import ApusTraining
import Testing

@Suite("Early stopping")
struct EarlyStoppingTests {
  @Test("waits for its patience after the best epoch")
  func patience() {
    var stopping = EarlyStopping(patience: 2)
    let verdicts = [3.0, 2, 2.5, 1.9, 2, .nan].map { stopping.record($0) }
    #expect(verdicts == [.improved, .improved, .waiting, .improved, .waiting, .exhausted])
    #expect(stopping.bestEpoch == 4 && stopping.best == 1.9)
  }

  @Test("never stops without patience")
  func endless() {
    var stopping = EarlyStopping(patience: nil)
    #expect(stopping.record(1) == .improved)
    #expect((0..<1000).allSatisfy { _ in stopping.record(2) == .waiting })
  }
}
