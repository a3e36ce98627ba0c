import ApusTraining
import Testing

@Suite("Successive halving")
struct HalvingScheduleTests {
  private func table(_ schedule: HalvingSchedule) -> [[[Int]]] {
    schedule.brackets.map { $0.map { [$0.trials, $0.epochs] } }
  }

  /// Table 1 of Li and others (2018), for 81 epochs and thirds.
  @Test("five brackets of 81 epochs are the paper's")
  func hyperband() {
    let schedule = HalvingSchedule(
      trials: 81, epochs: 81, firstEpochs: 1, reduction: 3, brackets: 5)
    #expect(
      table(schedule) == [
        [[81, 1], [27, 3], [9, 9], [3, 27], [1, 81]],
        [[34, 3], [11, 9], [3, 27], [1, 81]],
        [[15, 9], [5, 27], [1, 81]],
        [[8, 27], [2, 81]],
        [[5, 81]],
      ])
    #expect(schedule.trialCount == 143)
  }

  @Test("one bracket is successive halving, and epochs that were run are not run again")
  func halving() {
    let schedule = HalvingSchedule(
      trials: 16, epochs: 8, firstEpochs: 1, reduction: 2, brackets: 1)
    #expect(table(schedule) == [[[16, 1], [8, 2], [4, 4], [2, 8]]])
    // 16 x 1 + 8 x (2 - 1) + 4 x (4 - 2) + 2 x (8 - 4)
    #expect(schedule.epochCount == 40)
  }

  @Test("epochs that are no power are divided down, and no rung is empty")
  func uneven() {
    #expect(
      table(HalvingSchedule(trials: 5, epochs: 30, firstEpochs: 2, reduction: 3, brackets: 9))
        == [[[5, 3], [1, 10], [1, 30]], [[3, 10], [1, 30]], [[2, 30]]])
    #expect(
      table(HalvingSchedule(trials: 4, epochs: 1, firstEpochs: 1, reduction: 3, brackets: 2))
        == [[[4, 1]]])
  }
}
