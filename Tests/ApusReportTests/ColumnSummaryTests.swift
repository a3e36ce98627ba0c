import ApusData
import ApusReport
import Foundation
import Testing

@Suite("Column summaries")
struct ColumnSummaryTests {
  @Test("numbers: moments, missing values and bins")
  func numbers() throws {
    let column = Column(
      name: "x", kind: .real, numbers: [1, 2, 3, 4, 99, 5], missing: RowMask([4]))
    let summary = ColumnSummary(column, training: [0, 1, 2, 4], heldOut: [3, 5], role: .feature)
    #expect(summary.distinct == 5 && summary.kind == "real")
    #expect(summary.training.mean == 2 && summary.training.missing == 1)
    #expect(summary.training.deviation == (2.0 / 3).squareRoot())
    #expect(summary.training.counts.reduce(0, +) == 3 && summary.heldOut.mean == 4.5)
    #expect(try #require(summary.drift) > 0.25)
  }

  @Test("categories: the common ones have a bin each, the rest one together")
  func categories() {
    let strings = (0..<40).map { $0 < 20 ? "often" : "rare \($0)" }
    let column = Column(name: "x", kind: .category, strings: strings + [nil])
    let summary = ColumnSummary(column, training: Array(0..<41), heldOut: [], role: .leftOut)
    #expect(summary.bins.count == 10 && summary.bins.first == "often")
    #expect(summary.bins.last == "(other)" && summary.distinct == 21)
    #expect(summary.training.counts == [20] + Array(repeating: 1, count: 8) + [12])
    #expect(summary.training.missing == 1 && summary.training.mean == nil)
    #expect(summary.drift == nil)
  }

  @Test("drift is the index by hand: shares (2.5, 0.5, 0.5) / 3.5 and the other way round")
  func drift() throws {
    let column = Column(name: "x", kind: .category, strings: ["a", "a", "b", "b"])
    let summary = ColumnSummary(column, training: [0, 1], heldOut: [2, 3], role: .feature)
    let expected: Double = 4 / 3.5 * log(5.0)
    let found = try #require(summary.drift)
    #expect(abs(found - expected) < 1e-12)
    let same = ColumnSummary(column, training: [0, 2], heldOut: [1, 3], role: .feature)
    #expect(same.drift == 0)
  }

  @Test("a column without a value, and one with a single value")
  func edges() {
    let empty = ColumnSummary(
      Column(name: "x", kind: .real, numbers: [0, 0], missing: RowMask([0, 1])),
      training: [0], heldOut: [1], role: .leftOut)
    #expect(empty.distinct == 0 && empty.training.mean == nil && empty.drift == 0)
    let single = ColumnSummary(
      Column(name: "x", kind: .integer, numbers: [7, 7]), training: [0], heldOut: [1],
      role: .leftOut)
    #expect(single.distinct == 1 && single.training.counts == [1] && single.training.deviation == 0)
  }
}
