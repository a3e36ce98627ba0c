import ApusServing
import ApusWire
import Testing

@Suite struct ServerMonitorTests {
  private func monitor(
    _ catalog: ModelCatalog, _ conditions: ServerMonitor.Conditions = .init()
  ) -> ServerMonitor {
    ServerMonitor(
      name: "test", version: "1", catalog: catalog, metrics: ServerMetrics(),
      conditions: { conditions })
  }

  @Test func aServerIsAsFitAsItsModelsAndDevices() {
    let catalog = ModelCatalog([FakeModel("visits"), FakeModel("carts", digest: 2)])
    #expect(monitor(catalog).status().readiness == .ready)
    #expect(monitor(ModelCatalog()).status().readiness == .unready)

    var conditions = ServerMonitor.Conditions()
    conditions.failedDevices = ["opencl:0"]
    let degraded = monitor(catalog, conditions).status()
    #expect(degraded.readiness == .degraded && degraded.problems.count == 1)
    #expect(degraded.devices.map(\.selector) == ["fake", "opencl:0"])
    #expect(degraded.devices.map(\.isHealthy) == [true, false])

    conditions.isDraining = true
    #expect(monitor(catalog, conditions).status().readiness == .draining)
  }

  @Test func theModelsOfTheCatalogAreToldWithWhatIsCountedOfThem() throws {
    let catalog = ModelCatalog([FakeModel("visits", version: "3")])
    let version = try #require(catalog.snapshot().route(named: "visits")?.stable)
    version.metrics.recordAnswer(rows: 5, queueNanoseconds: 1, totalNanoseconds: 2)
    let model = try #require(monitor(catalog).status().models.first)
    #expect(model.name == "visits" && model.stable == "3" && model.canary == nil)
    #expect(model.versions.map(\.state) == ["serving"])
    #expect(model.versions.first?.handle == version.info.handle.rawValue)
    #expect(model.versions.first?.metrics.rows == 5)
  }

  @Test func aCanaryScoresOnTheModelThatServes() throws {
    let model = FakeModel("visits")
    let canary = try #require(monitor(ModelCatalog([model])).canaries().first)
    #expect(canary.device == "fake" && canary.model == "visits 1")
    try canary.run()
    #expect(model.calls.count == 1)
  }
}
