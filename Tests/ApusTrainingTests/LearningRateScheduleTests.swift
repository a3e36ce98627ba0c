import ApusNN
import Testing

@Suite("Learning rate schedules")
struct LearningRateScheduleTests {
  private func factors(_ schedule: LearningRateSchedule, epochs: Int = 4) -> [Double] {
    (0..<2 * epochs).map { step in
      schedule.factor(
        at: LearningRateSchedule.Position(step: step, stepsPerEpoch: 2, epochs: epochs))
    }
  }

  @Test("a constant rate stays, and a warm-up rises to it in a line")
  func warmUp() {
    #expect(factors(.constant) == [Double](repeating: 1, count: 8))
    let schedule = LearningRateSchedule(.constant, warmUpSteps: 4)
    #expect(factors(schedule) == [0.25, 0.5, 0.75, 1, 1, 1, 1, 1])
  }

  @Test("steps come after whole epochs")
  func steps() {
    let schedule = LearningRateSchedule(.step(epochs: 2, factor: 0.5))
    #expect(factors(schedule) == [1, 1, 1, 1, 0.5, 0.5, 0.5, 0.5])
    #expect(factors(schedule, epochs: 5).suffix(2) == [0.25, 0.25])
  }

  @Test("half a cosine falls from 1 to its least at the last step, after the warm-up")
  func cosine() {
    let values = factors(LearningRateSchedule(.cosine(least: 0.5), warmUpSteps: 1))
    #expect(values[0] == 1 && values[1] == 1)
    // Half way, three of the six steps from the second to the last.
    #expect(abs(values[4] - 0.75) < 1e-15 && abs(values[7] - 0.5) < 1e-15)
    #expect(zip(values[1...], values[2...]).allSatisfy { $0 > $1 })
  }

  @Test("a plateau lowers the rate, down to its least")
  func plateau() {
    let schedule = LearningRateSchedule(.plateau(patience: 2, factor: 0.5, least: 0.2))
    var plateau = Plateau()
    var factors: [Double] = []
    for loss in [3, 2, 2, 2, 2.5, 1, .nan, 1, 1, 1] {
      plateau.record(loss, patience: 2)
      factors.append(
        schedule.factor(
          at: LearningRateSchedule.Position(
            step: 0, stepsPerEpoch: 1, epochs: 1, plateaus: plateau.count)))
    }
    #expect(factors == [1, 1, 1, 0.5, 0.5, 0.5, 0.5, 0.25, 0.25, 0.2])
  }
}
