import ApusModel
import ApusReport
import ApusTraining
import Foundation
import Testing

@Suite("The picture of a search")
struct SearchReportTests {
  private static let hostile = "</script><img src=x onerror=alert(1)><!--"

  /// A search over one hyperparameter, one trial of which failed.
  private func search() -> HyperparameterSearch {
    let plan = SearchPlan(
      space: SearchSpace([SearchSpace.Dimension("net", .choices(["mlp", Self.hostile]))]),
      schedule: HalvingSchedule(trials: 4, epochs: 2, firstEpochs: 1, reduction: 2, brackets: 1),
      metric: "auc", seed: 1, arguments: ["--label", Self.hostile], data: Digest(of: []))
    var search = HyperparameterSearch(plan)
    while case .run(let trial, let epochs) = search.next {
      let auc = Double(trial.number) / 8
      _ = search.record(
        trial.number == 4
          ? TrialOutcome(trial, epochs: epochs, failure: Self.hostile)
          : TrialOutcome(
            trial, epochs: epochs,
            records: [
              EpochRecord(
                epoch: 1, trainingLoss: 1, validationLoss: 1, metrics: ["auc": auc], seconds: 0,
                isBest: true)
            ]))
    }
    return search
  }

  @Test("the page holds the search whole, and nothing of it as markup")
  func page() throws {
    let report = SearchReport(search(), model: Self.hostile, command: ["apus", Self.hostile])
    #expect(report.ranking == [3, 2, 1, 4] && !report.isError)
    let html = try report.html()
    #expect(!html.contains("<img") && !html.contains("href=") && !html.contains("url("))
    #expect(html.components(separatedBy: "</script>").count == 3, "two elements end, no more")
    let start = try #require(html.range(of: "id=\"data\">"))
    let end = try #require(html.range(of: "</script>", range: start.upperBound..<html.endIndex))
    let data = Data(html[start.upperBound..<end.lowerBound].utf8)
    #expect(try JSONDecoder().decode(SearchReport.self, from: data) == report)
  }
}
