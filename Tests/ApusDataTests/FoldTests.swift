import ApusData
import ApusRandom
import Testing

@Suite struct FoldTests {
  private func folds(
    _ count: Int, _ table: Table, _ rule: String, rows: [Int]? = nil, labels: [Float]? = nil,
    validation: Double = 0.2, seed: UInt64 = 42
  ) throws -> [Split] {
    try Split.folds(
      count, of: rows ?? Array(0..<table.rowCount), in: table,
      by: try #require(SplitRule(rawValue: rule)),
      labels: labels ?? [Float](repeating: 0, count: table.rowCount), stratified: labels != nil,
      validationFraction: validation, seed: seed)
  }

  private func code(_ body: () throws -> [Split]) -> DataError.Code? {
    do { _ = try body() } catch { return (error as? DataError)?.code }
    return nil
  }

  /// Each fold is a split of `rows`, and each row is held out as often as `times` says.
  private func check(_ folds: [Split], of rows: [Int], held: [Int], seed: Int) {
    for fold in folds where held == rows {
      #expect((fold.train + fold.validation + fold.test).sorted() == rows, "seed \(seed)")
    }
    #expect(folds.flatMap(\.test).sorted() == held, "seed \(seed)")
  }

  @Test(arguments: 1...10) func classesKeepTheirProportion(seed: Int) throws {
    var random = PhiloxSequence(seed: UInt64(seed))
    let labels = (0..<103).map { _ in Float(random.next(in: 0...9) / 4) }
    let table = try table("x\n" + (0..<103).map { "\($0)\n" }.joined())
    let rows = (0..<103).filter { $0 % 10 != 3 }
    let folds = try folds(5, table, "random", rows: rows, labels: labels, seed: UInt64(seed))
    check(folds, of: rows, held: rows, seed: seed)
    #expect(Set(folds.map(\.test.count)).isSubset(of: [18, 19]), "seed \(seed)")
    for label: Float in [0, 1, 2] {
      let counts = folds.map { $0.test.count { labels[$0] == label } }
      #expect((counts.max() ?? 0) - (counts.min() ?? 0) <= 1, "seed \(seed): \(counts)")
    }
    #expect(folds.allSatisfy { $0.validation.count == 15 }, "seed \(seed)")
  }

  @Test func theSeedDecides() throws {
    let table = try table("g,x\n" + (0..<60).map { "\($0 / 3),\($0)\n" }.joined())
    for rule in ["random", "group:g"] {
      let one = try folds(4, table, rule, seed: 1)
      #expect(one == (try folds(4, table, rule, seed: 1)))
      #expect(one != (try folds(4, table, rule, seed: 2)))
    }
  }

  @Test(arguments: 1...10) func aGroupIsInOneFold(seed: Int) throws {
    var random = PhiloxSequence(seed: UInt64(seed))
    let users = (0..<300).map { _ in random.next(in: 0...40) }
    let table = try table("user\n" + users.map { "\($0)\n" }.joined())
    let rows = (0..<300).filter { users[$0] != 7 }
    let folds = try folds(5, table, "group:user", rows: rows, seed: UInt64(seed))
    check(folds, of: rows, held: rows, seed: seed)
    for fold in folds {
      let parts = [fold.train, fold.validation, fold.test].map { Set($0.map { users[$0] }) }
      #expect(parts[0].isDisjoint(with: parts[1]) && parts[1].isDisjoint(with: parts[2]))
      #expect(parts[0].isDisjoint(with: parts[2]) && !parts[1].isEmpty, "seed \(seed)")
      // A fold may exceed the others by a group at most, and those have fewer than 20 rows.
      #expect(abs(fold.test.count - rows.count / 5) < 20, "seed \(seed)")
    }
  }

  /// The folds of scikit-learn's `TimeSeriesSplit(n_splits=3)` on eight rows.
  @Test func timesAreChainedForward() throws {
    let table = try table("t\n7\n0\n6\n1\n5\n2\n4\n3\n")
    let folds = try folds(3, table, "time:t", validation: 0)
    #expect(folds.map(\.train) == [[1, 3], [1, 3, 5, 7], [1, 3, 4, 5, 6, 7]])
    #expect(folds.map(\.test) == [[5, 7], [4, 6], [0, 2]])
  }

  @Test(arguments: 1...10) func nothingIsLearnedFromWhatComesLater(seed: Int) throws {
    var random = PhiloxSequence(seed: UInt64(seed))
    let times = (0..<200).map { _ in random.next(in: 0...30) }
    let table = try table("t\n" + times.map { "\($0)\n" }.joined())
    let folds = try folds(4, table, "time:t", seed: UInt64(seed))
    check(
      folds, of: Array(0..<200), held: folds.flatMap(\.test).sorted(), seed: seed)
    for fold in folds {
      let parts = [fold.train, fold.validation, fold.test].map { $0.map { times[$0] } }
      #expect(try #require(parts[0].max()) < #require(parts[1].min()), "seed \(seed)")
      #expect(try #require(parts[1].max()) < #require(parts[2].min()), "seed \(seed)")
    }
    for (fold, next) in zip(folds, folds.dropFirst()) {
      #expect(
        (fold.train + fold.validation + fold.test).sorted()
          == (next.train + next.validation).sorted(), "seed \(seed)")
    }
    #expect(folds.last?.test.contains { times[$0] == 30 } == true, "seed \(seed)")
  }

  @Test func fewTimesAreEnough() throws {
    let table = try table("t\n" + (0..<90).map { "\($0 < 80 ? 0 : $0 - 79)\n" }.joined())
    let folds = try folds(9, table, "time:t", validation: 0)
    #expect(folds.count == 9 && folds.allSatisfy { !$0.test.isEmpty })
    #expect(folds[0].train == Array(0..<80))
  }

  @Test func faultsAreTyped() throws {
    let table = try table("t,g\n1,a\n1,a\n2,b\n2,b\n")
    #expect(code { try folds(5, table, "random") } == .invalidOption)
    #expect(code { try folds(3, table, "group:g") } == .invalidOption)
    #expect(code { try folds(2, table, "time:t") } == .invalidOption)
    #expect(code { try folds(2, table, "time:nowhere") } == .missingColumn)
  }
}
