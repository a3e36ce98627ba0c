import ApusServing
import Testing

@Suite struct MetricsTextTests {
  private static let name = "a \"quoted\\name\"\nof two lines"

  private func page(_ source: FakeSource) async throws -> PrometheusParser {
    var text = ""
    try await HTTP.run(source) { http in
      let reply = await http.get("/metrics")
      #expect(reply.status == 200 && reply.head.contains("text/plain; version=0.0.4"))
      text = reply.body
    }
    return try PrometheusParser(text)
  }

  @Test func theFiguresOfAVersionAreThere() async throws {
    let page = try await page(FakeSource(models: [FakeSource.model(named: Self.name)]))
    func value(_ family: String, _ labels: [String: String], suffix: String = "") -> Double? {
      let labels = labels.merging(["model": Self.name, "version": "3"]) { $1 }
      return page.families[family]?.samples
        .first { $0.name == family + suffix && $0.labels == labels }?.value
    }
    let duration = "apus_request_duration_seconds"
    #expect(value(duration, [:], suffix: "_count") == 4)
    #expect(value(duration, ["le": "6.5536e-05"], suffix: "_bucket") == 0)
    #expect(value(duration, ["le": "0.000131072"], suffix: "_bucket") == 3)
    #expect(value(duration, ["le": "17.179869184"], suffix: "_bucket") == 3)
    #expect(value(duration, ["le": "+Inf"], suffix: "_bucket") == 4)
    #expect(value(duration, [:], suffix: "_sum") == 90.00021)
    let median = value("apus_request_duration_quantiles_seconds", ["quantile": "0.5"])
    #expect(abs((median ?? 0) - 70e-6) <= 70e-6 / 64)
    #expect(value("apus_batch_rows", ["le": "1"], suffix: "_bucket") == 1)
    #expect(value("apus_batch_rows", ["le": "4"], suffix: "_bucket") == 2)
    #expect(value("apus_batch_rows", [:], suffix: "_sum") == 304)
    #expect(value("apus_rows_total", [:]) == 305)
    #expect(value("apus_refusals_total", ["code": "overloaded"]) == 1)
    #expect(value("apus_refusals_total", ["code": "deadline"]) == 1)
    #expect(value("apus_deadline_misses_total", ["stage": "queue"]) == 1)
    #expect(value("apus_version_percent", [:]) == 97.5)
    #expect(page.families["apus_ready"]?.samples.map(\.value) == [1])
    #expect(page.families["apus_swap_duration_seconds"]?.samples.last?.value == 1)
    #expect(page.families["process_open_fds"]?.samples.first.map { $0.value > 0 } == true)
  }

  @Test func aServerWithoutModelsHasAPageToo() async throws {
    #expect(try await page(FakeSource()).families.count > 20)
  }

  @Test(arguments: [
    "a 1", "# TYPE a gauge\na 1\n", "# HELP a b\n# TYPE a gauge\na one\n",
    "# HELP a b\n# TYPE a gauge\na{x=\"\\y\"} 1\n", "# HELP a b\n# TYPE a gauge\nb 1\n",
    "# HELP a b\n# TYPE a gauge\na 1\na 2\n", "# HELP a b\n# TYPE a counter\na 1\n",
    "# HELP a b\n# TYPE a histogram\na_bucket{le=\"+Inf\"} 1\na_sum 1\na_count 2\n",
    "# HELP a b\n# TYPE a gauge\n\na 1\n",
  ])
  func theParserIsStrict(text: String) {
    #expect(throws: PrometheusParser.Fault.self) { try PrometheusParser(text) }
  }
}
