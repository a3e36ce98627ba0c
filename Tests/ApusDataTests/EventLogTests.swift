import ApusData
import ApusRandom
import Testing

/// Event logs as rows; above all, that nothing from the cut-off on can be seen in the features.
@Suite struct EventLogTests {
  private static let day = EventRecipe.day

  private func log(_ text: String, value: String? = nil) throws -> EventLog {
    var columns = EventLog.Columns()
    columns.value = value
    var options = CSVOptions()
    options.kinds = columns.kinds
    return try EventLog(table(text, options: options), columns: columns)
  }

  /// Days of January 1970; the log's order is not that of time.
  private static let visits = """
    user,item,event,timestamp,price
    ann,a,view,1970-01-02,1
    ben,b,view,1970-01-02T12:00:00Z,2
    ann,c,buy,1970-01-08,4
    ann,b,view,1970-01-05,
    ben,a,buy,1970-01-11,8
    ann,d,buy,1970-01-11,16
    cat,a,view,1970-01-12,32
    ann,e,view,1970-01-20,64

    """

  private func texts(_ table: Table, _ name: String) throws -> [String?] {
    try ApusDataTests.texts(table, name)
  }

  @Test func aRowIsAUserAtACutOff() throws {
    let table = try log(Self.visits, value: "price").table(
      EventRecipe(target: .event(kind: "buy"), cutoffs: [10 * Self.day], horizonSeconds: Self.day))
    #expect(try texts(table, "user") == ["ann", "ben"])
    #expect(try texts(table, "items") == ["a|b|c", "b"])
    #expect(try texts(table, "kinds") == ["view|view|buy", "view"])
    #expect(try texts(table, "recency_days") == ["3.0", "8.5"])
    #expect(try texts(table, "tenure_days") == ["9.0", "8.5"])
    #expect(try texts(table, "frequency") == ["3.0", "1.0"])
    #expect(try texts(table, "monetary") == ["5.0", "2.0"])
    #expect(try texts(table, "count_view") == ["2.0", "1.0"])
    #expect(try texts(table, "count_view_7d") == ["1.0", "0.0"])
    #expect(try texts(table, "count_buy_7d") == ["1.0", "0.0"])
    #expect(try texts(table, "count_buy_1d") == ["0.0", "0.0"])
    // Both buy at the very moment of the cut-off, which is to be predicted.
    #expect(try texts(table, "label") == ["1.0", "1.0"])
  }

  @Test func theHorizonEndsBeforeItsEnd() throws {
    let log = try log(Self.visits)
    func labels(_ cutoff: Double) throws -> [String?] {
      try texts(
        log.table(
          EventRecipe(
            target: .event(kind: "buy"), cutoffs: [cutoff * Self.day], horizonSeconds: Self.day)),
        "label")
    }
    #expect(try labels(9) == ["0.0", "0.0"])
    #expect(try labels(9.5) == ["1.0", "1.0"])
    #expect(try labels(10.5) == ["0.0", "0.0"])
  }

  @Test func sequencesKeepTheNewest() throws {
    var recipe = EventRecipe(target: .none, cutoffs: [30 * Self.day])
    recipe.sequenceLength = 2
    let table = try log(Self.visits).table(recipe)
    #expect(try texts(table, "items") == ["d|e", "b|a", "a"])
    #expect(table.column(named: "label") == nil)
    #expect(table.column(named: "monetary") == nil)
  }

  /// A log drawn at random; times are whole hours, so that some fall on the cut-off.
  private func randomLog(seed: UInt64, changedFrom cutoff: Double? = nil) throws -> Table {
    var random = PhiloxSequence(seed: seed)
    var other = PhiloxSequence(seed: seed, stream: 1)
    var rows: [(user: String, item: String, kind: String, time: Double, value: Double)] = []
    for _ in 0..<400 {
      var row = (
        user: "u\(random.next(below: 12))", item: "i\(random.next(below: 30))",
        kind: ["view", "cart", "buy"][Int(random.next(below: 3))],
        time: Double(random.next(below: 40 * 24)) * 3600, value: Double(random.next(below: 9))
      )
      if let cutoff, row.time >= cutoff {
        row.item = "LEAK"
        row.kind = "buy"
        row.value = 1e6
        row.time = cutoff + Double(other.next(below: 240)) * 3600
      }
      rows.append(row)
    }
    return try Table(columns: [
      Column(name: "user", kind: .category, strings: rows.map(\.user)),
      Column(name: "item", kind: .category, strings: rows.map(\.item)),
      Column(name: "event", kind: .category, strings: rows.map(\.kind)),
      Column(name: "timestamp", kind: .timestamp, numbers: rows.map(\.time)),
      Column(name: "value", kind: .real, numbers: rows.map(\.value)),
    ])
  }

  @Test(arguments: 1...10) func nothingFromTheCutOffOnIsInTheFeatures(seed: Int) throws {
    let cutoff = 20 * Self.day
    var columns = EventLog.Columns()
    columns.value = "value"
    func features(_ events: Table) throws -> Table {
      let log = try EventLog(events, columns: columns)
      return try log.table(EventRecipe(target: .event(kind: "buy"), cutoffs: [cutoff]))
    }
    let honest = try features(randomLog(seed: UInt64(seed)))
    let leaking = try features(randomLog(seed: UInt64(seed), changedFrom: cutoff))
    #expect(leaking.rowCount > 5, "seed \(seed)")
    #expect(
      try honest.removingColumns(["label"]).csv == leaking.removingColumns(["label"]).csv,
      "seed \(seed)")
    #expect(!leaking.csv.contains("LEAK"), "seed \(seed)")
    #expect(honest.csv != leaking.csv, "seed \(seed)")
  }

  @Test func theNextItemIsALabel() throws {
    let log = try log(Self.visits)
    let recipe = EventRecipe(
      target: .nextItem(kind: nil, negatives: 0), cutoffs: [4 * Self.day, 9 * Self.day],
      horizonSeconds: 3 * Self.day)
    let table = try log.table(recipe)
    #expect(try texts(table, "user") == ["ann", "ann", "ben"])
    #expect(try texts(table, "items") == ["a", "a|b|c", "b"])
    #expect(try texts(table, "label") == ["b", "d", "a"])
  }

  @Test func negativesAreWhatDidNotCome() throws {
    let log = try EventLog(randomLog(seed: 7))
    var recipe = EventRecipe(
      target: .nextItem(kind: "buy", negatives: 4), cutoffs: [10 * Self.day, 20 * Self.day])
    let table = try log.table(recipe)
    #expect(try table.csv == log.table(recipe).csv)
    let candidates = try texts(table, "candidate")
    let labels = try texts(table, "label")
    #expect(table.rowCount % 5 == 0 && table.rowCount > 50)
    for start in stride(from: 0, to: table.rowCount, by: 5) {
      #expect(labels[start..<start + 5] == ["1.0", "0.0", "0.0", "0.0", "0.0"])
      #expect(Set(candidates[start..<start + 5]).count == 5)
    }
    recipe.seed = 43
    #expect(try table.csv != log.table(recipe).csv)
    // A row's draws do not depend on the other cut-offs.
    recipe.seed = 42
    recipe.cutoffs = [20 * Self.day]
    let later = try texts(log.table(recipe), "candidate")
    #expect(Array(candidates.suffix(later.count)) == later)
  }

  @Test func cutOffsEndAHorizonBeforeTheLog() throws {
    let log = try log(Self.visits)
    let day = Self.day
    #expect(log.times == day...19 * day)
    #expect(log.cutoffs(every: 7 * day, horizon: 3 * day) == [2 * day, 9 * day, 16 * day])
    #expect(log.cutoffs(every: 5 * day, horizon: 3 * day).first == 6 * day)
    #expect(log.cutoffs(every: day, horizon: 18 * day).isEmpty)
  }

  @Test func faultsNameTheirPlace() throws {
    func fault(_ body: () throws -> Void) -> DataError? {
      do { try body() } catch { return error as? DataError }
      return nil
    }
    let header = "user,item,event,timestamp\n"
    let noUser = fault { _ = try log(header + "a,x,v,2026-01-01\n,x,v,2026-01-02\n") }
    #expect(noUser?.code == .wrongKind && noUser?.line == 3 && noUser?.column == "user")
    let noTime = fault { _ = try log(header + "a,x,v,2026-01-01\na,x,v,\n") }
    #expect(noTime?.code == .wrongKind && noTime?.line == 3 && noTime?.column == "timestamp")
    let noDate = fault { _ = try log(header + "a,x,v,2026-01-01\na,x,v,2025-13-45T99:00:00Z\n") }
    #expect(noDate?.code == .wrongKind && noDate?.line == 3 && noDate?.column == "timestamp")
    #expect(noDate?.found == "\"2025-13-45T99:00:00Z\"")
    let bar = fault { _ = try log(header + "a,x,v,2026-01-01\na,x|y,v,2026-01-02\n") }
    #expect(bar?.code == .wrongKind && bar?.line == 3 && bar?.column == "item")
    #expect(fault { _ = try log("user,item,timestamp\na,x,1\n") }?.code == .missingColumn)

    let visits = try log(Self.visits)
    func recipe(_ kind: String, _ days: Double) -> EventRecipe {
      EventRecipe(target: .event(kind: kind), cutoffs: [days * Self.day])
    }
    #expect(fault { _ = try visits.table(recipe("sell", 5)) }?.code == .invalidOption)
    #expect(fault { _ = try visits.table(recipe("buy", 13)) }?.code == .invalidOption)
    #expect(fault { _ = try visits.table(recipe("buy", 1)) }?.code == .noRows)
  }

  @Test func tablesReadBack() throws {
    let recipe = EventRecipe(target: .event(kind: "buy"), cutoffs: [864_000.25])
    let table = try log(Self.visits, value: "price").table(recipe)
    var kinds: [String: ColumnKind] = [:]
    for column in table.columns { kinds[column.name] = column.kind }
    let back = try ApusDataTests.table(table.csv, options: CSVOptions(kinds: kinds))
    #expect(back.csv == table.csv)
    #expect(try texts(back, "cutoff") == ["864000.25", "864000.25"])
    #expect(table.csv.contains("1970-01-11T00:00:00.25Z"))
  }

  @Test(arguments: [
    "0000-01-01T00:00:00Z", "1582-10-15T12:30:45Z", "1900-02-28T23:59:59Z", "1969-12-31T23:59:59Z",
    "2000-02-29T00:00:00Z", "2026-11-22T17:05:01.5Z", "9999-12-31T23:59:59Z",
  ])
  func timesAreWrittenAsTheyAreRead(text: String) throws {
    let table = try table("t\n\(text)\n")
    #expect(table.columns[0].kind == .timestamp)
    #expect(table.csv == "t\n\(text)\n")
  }
}
