import ApusCPU
import ApusCompute
import ApusData
import ApusMetrics
import ApusModel
import ApusReport
import ApusTraining
import Foundation
import Testing

@Suite("Reports")
struct ReportTests {
  /// A name that would end a script element, begin a comment and open a tag.
  private static let hostile = "</script><img src=x onerror=alert(1)><!--\u{2028}&\"'`"

  private let backend = CPUBackend(threads: 1)

  /// 200 rows: the label is whether `hostile` is above the middle; `noise` says nothing.
  private func table(label: (Int) -> String) throws -> Table {
    try Table(columns: [
      Column(
        name: Self.hostile, kind: .real,
        numbers: (0..<200).map { Double($0 * 37 % 200) / 100 - 1 }),
      Column(
        name: "noise", kind: .category,
        strings: (0..<200).map { $0 % 10 == 0 ? nil : ["a", "b", "<b>c"][$0 * 7 % 3] }),
      Column(name: "label", kind: .category, strings: (0..<200).map(label)),
    ])
  }

  private func isAbove(_ row: Int) -> Bool { row * 37 % 200 >= 100 }

  private func report(
    _ table: Table, _ change: (inout TrainingRecipe) -> Void = { _ in }
  ) throws -> RunReport {
    var recipe = TrainingRecipe(label: "label")
    recipe.hidden = [8]
    recipe.epochs = 40
    recipe.patience = nil
    change(&recipe)
    let product = try recipe.train(
      on: CleanTable(table), name: "report", fingerprint: Digest(of: []), backend: backend)
    return try RunReport(
      of: product.artifact, on: backend, table: product.table, training: product.split.train,
      heldOut: product.split.test, part: "test", result: product.result, notes: product.notes,
      command: ["apus", "train", "--label", Self.hostile])
  }

  @Test("nothing in a page comes from the data as markup, and the numbers are in it whole")
  func escaping() throws {
    let report = try report(try table { isAbove($0) ? "<i>yes" : "no</script>" })
    for html in [try report.html(), try Comparison([report, report]).html()] {
      #expect(!html.contains("<img") && !html.contains("<i>yes") && !html.contains("\u{2028}"))
      #expect(html.components(separatedBy: "</script>").count == 3, "two elements end, no more")
      #expect(!html.contains("src=") || !html.contains("http-equiv"))
      #expect(!html.contains("href=") && !html.contains("@import") && !html.contains("url("))
    }
    let html = try report.html()
    let start = try #require(html.range(of: "id=\"data\">"))
    let end = try #require(html.range(of: "</script>", range: start.upperBound..<html.endIndex))
    let data = Data(html[start.upperBound..<end.lowerBound].utf8)
    let found = try RunReport(decoding: data)
    #expect(found == report)
    #expect(found.command.last == Self.hostile)
    #expect(found.columns.first?.name == Self.hostile)
  }

  @Test("a report reads back from its file")
  func roundTrip() throws {
    let report = try report(try table { isAbove($0) ? "yes" : "no" })
    #expect(try RunReport(decoding: try report.encoded()) == report)
    var newer = report
    newer.formatVersion = RunReport.currentFormatVersion + 1
    #expect(throws: DecodingError.self) { try RunReport(decoding: try newer.encoded()) }
  }

  @Test("two classes: the pictures add up, and the column that tells is worth the most")
  func twoClasses() throws {
    let report = try report(try table { isAbove($0) ? "yes" : "no" })
    let part = report.heldOut
    #expect(part.rows == 40 && part.curve?.rows == 40 && part.confusion?.rows == 40)
    #expect(part.reliability?.bins.reduce(0) { $0 + $1.rows } == 40)
    #expect(part.histogram?.counts.joined().reduce(0, +) == 40)
    #expect(part.curve?.areaUnderCurve == report.metrics["test"]?["auc"])
    let best = try #require(report.importance.first)
    #expect(best.name == Self.hostile && best.mean > 0.2 && best.deviation > 0)
    let noise = try #require(report.importance.last)
    #expect(noise.name == "noise" && abs(noise.mean) < 0.1)
    #expect(report.course?.epochs.count == 40)
    #expect(report.course?.epochs.allSatisfy { $0.metrics["auc"] != nil } == true)
    // 1 real, a missing indicator on noise: inputs x 8 + 8, then 8 + 1.
    let inputs = report.layers[0].shape
    #expect(inputs.hasPrefix("rows"))
    #expect(report.layers.last?.parameters == 9)
  }

  @Test("several classes and numbers have pictures of their own")
  func otherTasks() throws {
    let classes = try report(try table { ["a", "b", "c"][min($0 * 37 % 200 / 67, 2)] })
    #expect(classes.heldOut.confusion?.counts.count == 3 && classes.heldOut.curve == nil)
    #expect(classes.importance.first?.metric == "accuracy")
    let base = try table { _ in "unused" }
    let numbers = try Table(
      columns: Array(base.columns.dropLast()) + [
        Column(name: "label", kind: .real, numbers: (0..<200).map { Double($0 * 37 % 200) / 50 })
      ])
    let regression = try report(numbers)
    #expect(regression.heldOut.pairs.count == 40 && regression.heldOut.confusion == nil)
    #expect(regression.heldOut.histogram?.counts.count == 1)
    #expect(regression.importance.first?.metric == "rmse")
    for report in [classes, regression] { #expect(try report.html().contains("id=\"data\"")) }
  }

  @Test("a comparison marks the better value of each metric, be it more or less")
  func comparison() throws {
    var good = try report(try table { isAbove($0) ? "yes" : "no" })
    var bad = good
    good.metrics = ["test": ["auc": 0.9, "logLoss": 0.2, "f1": 0.5]]
    bad.metrics = ["test": ["auc": 0.8, "logLoss": 0.3]]
    let rows = Comparison([bad, good]).rows
    #expect(rows.map(\.name) == ["test auc", "test f1", "test logLoss"])
    #expect(rows.map(\.best) == [1, nil, 1])
    #expect(rows[1].values == [nil, 0.5])
    #expect(Comparison([good, good]).rows.allSatisfy { $0.best == nil })
  }
}
