import ApusCompute
import ApusServing
import ApusWire
import Testing

/// Names, versions and labels.
@Suite struct ModelCatalogTests {
  private let catalog = ModelCatalog([FakeModel("a", digest: 1), FakeModel("b", digest: 2)])

  /// Loads a version of "a" beside what is there.
  @discardableResult
  private func load(_ version: String, digest: UInt8) throws -> ModelVersion {
    let model = FakeModel("a", version: version, digest: digest)
    let loaded = ModelVersion(model, handle: catalog.artifactHandle(for: model.info.digest))
    try catalog.update("a") { $0.add(loaded) }
    return loaded
  }

  private func stable(_ name: String) -> String? {
    catalog.snapshot().route(named: name)?.stable?.info.version
  }

  @Test func artifactAndRouteHandlesLiveInHalvesOfTheNumbers() throws {
    let high = ModelCatalog([FakeModel("a", digest: 0xFF), FakeModel("b", digest: 0)])
    let first = try #require(high.snapshot().route(named: "a"))
    #expect(first.stable?.info.handle.rawValue == 0x7FFF_FFFF)
    // Zero names no model.
    #expect(high.snapshot().route(named: "b")?.stable?.info.handle.rawValue == 1)
    // SHA-256("a") begins with ca 97 81 12.
    #expect(first.handle.rawValue == 0x1281_97CA | 1 << 31)
    #expect(high.snapshot().info(name: "a", version: "1")?.handle.isRoute == false)
  }

  @Test func equalDigestsGetHandlesOfTheirOwn() {
    let twins = ModelCatalog([FakeModel("a", digest: 0xFF), FakeModel("b", digest: 0xFF)])
    let handles = twins.snapshot().routes.compactMap { $0.stable?.info.handle }
    #expect(handles.map(\.rawValue) == [0x7FFF_FFFF, 1])
    for (handle, name) in zip(handles, ["a", "b"]) {
      #expect(twins.snapshot().resolve(handle)?.info.name == name)
    }
  }

  @Test func routeHandlesFollowTheLabelAndArtifactHandlesDoNot() throws {
    let route = try #require(catalog.snapshot().info(name: "a"))
    let first = try #require(catalog.snapshot().info(name: "a", version: "1"))
    #expect(route.version == "1" && route.handle.isRoute && route.digest == first.digest)
    let second = try load("2", digest: 7)
    #expect(catalog.snapshot().resolve(route.handle)?.info == first)
    try catalog.update("a") { route throws(WireError) in try route.makeStable("2") }
    #expect(catalog.snapshot().resolve(route.handle) === second)
    #expect(catalog.snapshot().resolve(first.handle)?.info == first)
    #expect(catalog.snapshot().info(name: "a")?.version == "2")
    #expect(catalog.snapshot().list.entries.map(\.version) == ["2", "1"])
    #expect(catalog.snapshot().info(name: "a", version: "3") == nil)
    #expect(catalog.snapshot().info(name: "c") == nil)
    #expect(catalog.snapshot().resolve(ModelHandle(rawValue: 1 << 31 | 4711)) == nil)
  }

  @Test func aSnapshotStaysAsItWasAndTheGenerationTells() throws {
    let before = catalog.snapshot()
    #expect(before.generation == catalog.generation)
    try load("2", digest: 7)
    #expect(before.generation < catalog.generation)
    #expect(before.route(named: "a")?.versions.count == 1)
    #expect(catalog.snapshot().generation == catalog.generation)
  }

  @Test func observersSeeEachChange() throws {
    let calls = CallCounter()
    catalog.onChange { snapshot in
      #expect(snapshot.route(named: "a")?.versions.count == 2)
      calls.increment()
    }
    try load("2", digest: 7)
    #expect(calls.count == 1)
    #expect(throws: WireError.self) {
      try catalog.update("a") { route throws(WireError) in try route.makeStable("9") }
    }
    #expect(calls.count == 1)
  }

  @Test func aFailedChangeChangesNothing() throws {
    let generation = catalog.generation
    #expect(throws: WireError.self) {
      try catalog.update("a") { route throws(WireError) in
        route.add(ModelVersion(FakeModel("a", version: "2"), handle: ModelHandle(rawValue: 9)))
        try route.makeStable("3")
      }
    }
    #expect(catalog.generation == generation && stable("a") == "1")
    #expect(catalog.snapshot().resolve(ModelHandle(rawValue: 9)) == nil)
  }

  @Test func rollbackGoesBackStepByStepUntilNothingIsLeft() throws {
    for (index, version) in ["2", "3"].enumerated() {
      try load(version, digest: UInt8(index) + 7)
      try catalog.update("a") { route throws(WireError) in try route.makeStable(version) }
    }
    for expected in ["2", "1"] {
      try catalog.update("a") { route throws(WireError) in try route.rollBack() }
      #expect(stable("a") == expected)
    }
    let error = #expect(throws: WireError.self) {
      try catalog.update("a") { route throws(WireError) in try route.rollBack() }
    }
    #expect(error?.code == .badInput && stable("a") == "1")
    // What was given up is loaded still, and can be made stable again.
    try catalog.update("a") { route throws(WireError) in try route.makeStable("3") }
    #expect(stable("a") == "3")
  }

  @Test func labelsOnlyMoveToLoadedVersionsAndHoldThem() throws {
    try load("2", digest: 7)
    let tenth = try #require(CanaryShare(hundredths: 1000))
    func change(
      _ body: @escaping (inout ModelRoute) throws(WireError) -> Void
    ) -> WireError.Code? {
      do throws(WireError) { try catalog.update("a", body) } catch { return error.code }
      return nil
    }
    #expect(change { route throws(WireError) in try route.makeStable("5") } == .unknownModel)
    #expect(
      change { route throws(WireError) in try route.setCanary("5", share: tenth) } == .unknownModel)
    #expect(
      change { route throws(WireError) in try route.setCanary("1", share: tenth) } == .badInput)
    #expect(change { route throws(WireError) in try route.setCanary("2", share: tenth) } == nil)
    #expect(change { route throws(WireError) in try route.remove("2") } == .badInput)
    #expect(change { route throws(WireError) in try route.remove("1") } == .badInput)
    #expect(change { route throws(WireError) in try route.makeStable("2") } == nil)
    #expect(catalog.snapshot().route(named: "a")?.canary == nil)
    #expect(change { route throws(WireError) in try route.remove("1") } == nil)
    #expect(change { route throws(WireError) in try route.remove("2") } == nil)
    #expect(catalog.snapshot().route(named: "a") == nil)
    #expect(catalog.snapshot().list.entries.map(\.name) == ["b"])
  }

  @Test func sharesOutOfRangeAreRefused() {
    #expect(CanaryShare(hundredths: -1) == nil && CanaryShare(hundredths: 10_001) == nil)
  }

  /// The numbers were computed apart from the code, by the formula in its comments.
  @Test func theCanarysKeysAreTheSameForEver() throws {
    try load("2", digest: 7)
    let keys = UInt64(0)..<10_000
    var before: Set<UInt64> = []
    for (percent, count) in canaryCounts {
      let share = try #require(CanaryShare(hundredths: percent * 100))
      try catalog.update("a") { route throws(WireError) in
        try route.setCanary("2", share: share)
      }
      let snapshot = catalog.snapshot()
      let handle = try #require(snapshot.info(name: "a")).handle
      let routed = Set(
        keys.filter { snapshot.resolve(handle, routingKey: $0)?.info.version == "2" })
      #expect(routed.count == count, "at \(percent) %")
      #expect(routed.isSuperset(of: before), "a growing share keeps its keys")
      #expect(snapshot.resolve(handle)?.info.version == "1", "no key, no canary")
      before = routed
    }
  }

  /// Percent, and how many of the keys 0 to 9,999 the name "a" sends to the canary.
  private let canaryCounts = [(0, 0), (1, 94), (10, 948), (50, 4931), (100, 10000)]
}

/// What scoring is thought to take.
@Suite struct ScoringCostTests {
  @Test func measurementsNeverSayThatMoreRowsTakeLess() {
    let cost = ScoringCost([
      .init(rows: 64, microseconds: 5), .init(rows: 1, microseconds: 10),
      .init(rows: 512, microseconds: 80),
    ])
    let times = [1, 8, 64, 65, 512, 1024, 100_000].map { cost.nanoseconds(rows: $0) }
    #expect(times[0] == 10_000 && times[2] == 10_000 && times[4] == 80_000)
    #expect(times == times.sorted())
    #expect(times[5] == 160_000)
  }

  @Test func observationsMoveTheCorrectionAndPausesDoNotRuinIt() {
    let cost = ScoringCost([.init(rows: 1, microseconds: 1), .init(rows: 101, microseconds: 101)])
    for _ in 0..<200 { cost.observe(rows: 51, nanoseconds: 102_000) }
    #expect(abs(cost.nanoseconds(rows: 101) - 202_000) < 10_000)
    for number in 0..<200 {
      cost.observe(rows: 51, nanoseconds: number % 4 == 0 ? 3_600_000_000_000 : 102_000)
    }
    #expect(abs(cost.nanoseconds(rows: 101) - 202_000) < 30_000)
  }

  @Test func timesTooShortToTellMoveNothing() {
    let cost = ScoringCost([.init(rows: 1, microseconds: 1), .init(rows: 101, microseconds: 101)])
    for _ in 0..<200 { cost.observe(rows: 1, nanoseconds: 10_000) }
    #expect(cost.nanoseconds(rows: 101) == 101_000)
  }

  @Test func measuringRunsTheModelAndItsFailureIsThrown() throws {
    let model = FakeModel()
    let cost = try ScoringCost(measuring: model)
    #expect(model.calls.count >= 8 && cost.nanoseconds(rows: 1) > 0)
    #expect(throws: ScoringError.self) { try ScoringCost(measuring: BrokenModel()) }
  }
}

/// A model whose device fails at once.
private struct BrokenModel: ServedModel {
  let info = FakeModel().info
  let multiplyAddsPerRow = 1
  let isOnCPU = true

  func transform(
    _ columns: [RawColumn], rowCount: Int, into rows: inout MutableSpan<Float>
  ) throws(ScoringError) {}

  func score(
    floatRows: Span<Float>, rowCount: Int, into scores: inout MutableSpan<Float>
  ) throws(ScoringError) { throw .device }
}
