import ApusModel
import ApusServing
import ApusWire
import Foundation
import Testing

/// From the folder to the catalog, and out of memory again.
@Suite struct ModelRepositoryTests {
  let models: SealedModels
  let catalog = ModelCatalog()

  init() throws { models = try SealedModels() }

  func repository(
    ballast: Int = 0, _ change: (inout RepositoryConfiguration) -> Void = { _ in }
  ) -> ModelRepository {
    var configuration = RepositoryConfiguration()
    change(&configuration)
    return ModelRepository(folder: models.path, catalog: catalog, configuration: configuration) {
      try AddingModel($0, ballast: ballast)
    }
  }

  func stable(_ name: String = "visits") -> ModelVersion? {
    catalog.snapshot().route(named: name)?.stable
  }

  private static func order(
    _ action: AdminRequest.Action, _ version: String = "", name: String = "visits",
    key: RequestKey = .random(), share: UInt16 = 0
  ) -> AdminRequest {
    AdminRequest(action, key: key, name: name, version: version, canaryShare: share)
  }

  func order(
    _ action: AdminRequest.Action, _ version: String = "", name: String = "visits",
    key: RequestKey = .random(), share: UInt16 = 0
  ) -> AdminRequest {
    Self.order(action, version, name: name, key: key, share: share)
  }

  // MARK: Automatic

  @Test func theNewestVersionServesAndANewOneTakesOver() async throws {
    try models.seal(weight: 1)
    try models.seal(weight: 2)
    try models.seal("other", weight: 5)
    let repository = repository()
    try await repository.start()
    #expect(try stable()?.score(10) == 12 && stable("other")?.score(10) == 15)
    try models.seal(weight: 3)
    await repository.scan()
    #expect(try stable()?.score(10) == 13)
    let route = try #require(catalog.snapshot().route(named: "visits"))
    #expect(route.versions.map(\.info.version) == ["2", "3"])
    #expect(route.stable?.info.digest.count == 32 && repository.problems.isEmpty)
  }

  @Test func rollbackIsInstantAndLasts() async throws {
    try models.seal(weight: 1)
    let repository = repository()
    try await repository.start()
    try models.seal(weight: 2)
    await repository.scan()
    let reply = try await repository.perform(order(.rollback)).get()
    #expect(reply.stableVersion == "1" && reply.artifact == stable()?.info.handle)
    #expect(try stable()?.score(10) == 11)
    await repository.scan()
    #expect(try stable()?.score(10) == 11, "what was given up does not come back by itself")
    try models.seal(weight: 3)
    await repository.scan()
    #expect(try stable()?.score(10) == 13)
  }

  @Test func thereIsNoStartWithoutAModel() async throws {
    let empty = await #expect(throws: ArtifactError.self) { try await self.repository().start() }
    #expect(empty?.code == .notFound)
    try models.seal(weight: 1)
    try corrupt("weights.safetensors", 1)
    let damaged = await #expect(throws: ArtifactError.self) { try await self.repository().start() }
    #expect(damaged?.code == .damaged && damaged?.path.hasSuffix("weights.safetensors") == true)
    // An older version is better than none.
    try models.seal(weight: 2)
    try corrupt("weights.safetensors", 2)
    try models.seal(weight: 3)
    try corrupt("golden.safetensors", 3)
    let repaired = models.file("weights.safetensors", 1)
    try flip(repaired)
    let repository = repository()
    try await repository.start()
    #expect(try stable()?.score(10) == 11)
    #expect(repository.problems.count == 2)
  }

  // MARK: Bad versions

  /// Damages one byte of a file; twice is not at all.
  private func flip(_ path: String) throws {
    var bytes = try Data(contentsOf: URL(filePath: path))
    bytes[bytes.count - 2] ^= 1
    try bytes.write(to: URL(filePath: path))
  }

  private func corrupt(_ file: String, _ version: Int) throws {
    try flip(models.file(file, version))
  }

  private func truncate(_ path: String, to share: Double) throws -> Data {
    let whole = try Data(contentsOf: URL(filePath: path))
    try whole.prefix(Int(Double(whole.count) * share)).write(to: URL(filePath: path))
    return whole
  }

  @Test(arguments: ["manifest.json", "weights.safetensors", "golden.safetensors"])
  func badFilesAreWaitedForWhileTheOldVersionServes(_ file: String) async throws {
    try models.seal(weight: 1)
    let repository = repository()
    try await repository.start()
    try models.seal(weight: 2)
    let path = models.file(file, 2)
    let whole = try truncate(path, to: 0.5)
    for damage in ["half", "none", "flipped"] {
      switch damage {
      case "none": try FileManager.default.removeItem(atPath: path)
      case "flipped":
        try whole.write(to: URL(filePath: path))
        try flip(path)
      default: break
      }
      await repository.scan()
      #expect(try stable()?.score(10) == 11, "\(file): \(damage)")
      #expect(repository.models()[0].versions[0].state == "damaged", "\(file): \(damage)")
      #expect(!repository.problems[0].contains(models.path), "no paths")
      let load = await repository.perform(order(.load, "2"))
      #expect(load.failure?.code == .notReady, "\(file): \(damage)")
    }
    try whole.write(to: URL(filePath: path))
    await repository.scan()
    #expect(try stable()?.score(10) == 12)
    #expect(repository.problems.isEmpty)
  }

  @Test func othersFormatsAndNamesAreRefused() async throws {
    try models.seal(weight: 1)
    let repository = repository()
    try await repository.start()
    // A version copied to another number, which its seal does not have.
    try FileManager.default.copyItem(
      atPath: models.folder().path(version: 1), toPath: models.folder().path(version: 7))
    await repository.scan()
    #expect(repository.models()[0].versions[0].state == "refused")
    // A format of the future.
    try models.seal(weight: 2)
    let manifest = models.file("manifest.json", 8)
    let text = try String(contentsOfFile: manifest, encoding: .utf8)
    try text.replacing("\"formatVersion\" : 1", with: "\"formatVersion\" : 99")
      .write(toFile: manifest, atomically: true, encoding: .utf8)
    await repository.scan()
    #expect(repository.problems.contains { $0.contains("its format is 99") })
    #expect(try stable()?.score(10) == 11)
    let load = await repository.perform(order(.load, "8"))
    #expect(load.failure?.code == .notReady)
  }

  @Test func aVersionThatFailsOnLiveRowsIsRefused() async throws {
    try models.seal(weight: 1)
    let repository = repository { configuration in
      configuration.samplePercent = 100
      configuration.differenceLimit = 5
    }
    try await repository.start()
    let sample = try #require(stable()?.sample)
    let hash = try #require(stable()?.info.schemaHash)
    sample.offer(schemaHash: hash, rowCount: 2) { .features([1, 2]) }
    sample.offer(schemaHash: hash, rowCount: 1) { .columns([.numbers([3])]) }
    sample.offer(schemaHash: hash &+ 1, rowCount: 1) { .features([.infinity]) }
    try models.seal(weight: 2)
    await repository.scan()
    #expect(try stable()?.score(10) == 12)
    #expect(stable()?.metrics.snapshot().shadowRows == 3)
    for (weight, version) in [(Float(100), "3"), (.infinity, "4"), (.nan, "5")] {
      try models.seal(weight: weight)
      await repository.scan()
      #expect(try stable()?.score(10) == 12, "version \(version)")
      #expect(repository.problems.contains { $0.hasPrefix("visits \(version) is refused: ") })
    }
    #expect(repository.problems[2].contains("3 of the last 3 rows"))
  }

  @Test func aModelThatCannotBePutOnItsDeviceIsRefused() async throws {
    struct BuildFailure: Error {}
    try models.seal(weight: 1)
    let loads = CallCounter()
    let repository = ModelRepository(folder: models.path, catalog: catalog) { artifact in
      loads.increment()
      if artifact.manifest.version == 2 { throw BuildFailure() }
      return try AddingModel(artifact)
    }
    try await repository.start()
    try models.seal(weight: 2)
    for _ in 0..<3 { await repository.scan() }
    #expect(try stable()?.score(10) == 11)
    #expect(loads.count == 2, "it is not tried again until its files change")
    let refusal = await #expect(throws: WireError.self) {
      try await repository.perform(order(.load, "2")).get()
    }
    #expect(refusal?.code == .notReady && refusal?.text.contains("BuildFailure") == false)
  }

  // MARK: Orders

  @Test func ordersMoveLabelsInManualMode() async throws {
    try models.seal(weight: 1)
    let repository = repository { $0.mode = .manual }
    try await repository.start()
    try models.seal(weight: 2)
    await repository.scan()
    #expect(try stable()?.score(10) == 11)
    #expect(await repository.perform(order(.swap, "2")).failure?.code == .unknownModel)
    let load = try await repository.perform(order(.load, "2")).get()
    #expect(load.stableVersion == "1" && load.name == "visits" && load.route.isRoute)
    let label = try await repository.perform(order(.label, "2", share: 10_000)).get()
    #expect(label.canaryVersion == "2" && label.stableVersion == "1")
    #expect(
      catalog.snapshot().resolve(label.route, routingKey: 7)?.info.handle == label.artifact)
    let refused = await repository.perform(order(.unload, "2"))
    #expect(refused.failure?.code == .badInput)
    let swap = try await repository.perform(order(.swap, "2")).get()
    #expect(swap.stableVersion == "2" && swap.canaryVersion.isEmpty)
    let back = try await repository.perform(order(.rollback)).get()
    #expect(back.stableVersion == "1")
    let unload = try await repository.perform(order(.unload, "2")).get()
    #expect(unload.stableVersion == "1")
    #expect(catalog.snapshot().route(named: "visits")?.versions.count == 1)
  }

  @Test func ordersAboutNothingAreRefusedWithoutAWordOfTheInside() async throws {
    try models.seal(weight: 1)
    let repository = repository()
    try await repository.start()
    for (request, code) in [
      (order(.load, "9"), WireError.Code.unknownModel), (order(.load, "01"), .unknownModel),
      (order(.load, "x"), .unknownModel), (order(.load, "1", name: ".."), .badInput),
      (order(.load, "1", name: "none"), .unknownModel), (order(.swap, "9"), .unknownModel),
      (order(.swap, "1", name: "none"), .unknownModel), (order(.rollback), .badInput),
      (order(.unload, "9"), .unknownModel), (order(.label, "1", share: 5), .badInput),
      (order(.drain, name: ""), .badInput),
    ] {
      let error = await repository.perform(request).failure
      #expect(error?.code == code, "\(request)")
      #expect(error?.text.contains("/") == false)
    }
    #expect(try stable()?.score(10) == 11)
  }

  @Test func anOrderIsCarriedOutOnce() async throws {
    for weight in 1...3 { try models.seal(weight: Float(weight)) }
    let repository = repository { configuration in
      configuration.mode = .manual
      configuration.keptVersions = 5
    }
    try await repository.start()
    for version in ["1", "2"] {
      _ = await repository.perform(order(.load, version))
      _ = await repository.perform(order(.swap, version))
    }
    let key = RequestKey(rawValue: 42)
    let first = await repository.perform(order(.rollback, key: key))
    #expect(try first.get().stableVersion == "1")
    #expect(await repository.perform(order(.rollback, key: key)) == first)
    #expect(try stable()?.score(10) == 11)
    #expect(await repository.perform(order(.swap, "3", key: key)).failure?.code == .badInput)
    // Errors are results too.
    let wrong = RequestKey(rawValue: 43)
    let failure = await repository.perform(order(.load, "4", key: wrong))
    try models.seal(weight: 4)
    #expect(await repository.perform(order(.load, "4", key: wrong)) == failure)
    #expect(failure.failure?.code == .unknownModel)
  }

  @Test func theMemoryForOrdersIsBounded() async {
    var memory = OrderMemory()
    let starts = CallCounter()
    func result(_ number: Int) -> Bool {
      let request = order(.rollback, key: RequestKey(rawValue: UInt128(number)))
      let before = starts.count
      _ = memory.result(of: request) {
        starts.increment()
        return Task { .failure(.unknownModel) }
      }
      return starts.count > before
    }
    for number in 0...OrderMemory.limit { #expect(result(number)) }
    #expect(!result(1) && !result(OrderMemory.limit))
    #expect(result(0), "the oldest was forgotten")
    #expect(result(1), "and then the next")
  }

  // MARK: In flight, and memory

  @Test func requestsInFlightFinishOnTheirVersion() async throws {
    try models.seal(weight: 1)
    let repository = repository { $0.keptVersions = 0 }
    try await repository.start()
    var inFlight = stable()
    try models.seal(weight: 2)
    await repository.scan()
    #expect(try stable()?.score(10) == 12)
    #expect(await repository.departing == [VersionID("visits", 1)])
    let handle = try #require(inFlight?.info.handle)
    #expect(catalog.snapshot().resolve(handle) == nil)
    #expect(try inFlight?.score(10) == 11)
    inFlight = nil
    try await eventually { await repository.departing.isEmpty }
  }

  @Test func memoryComesBackAfterAnUnload() async throws {
    let bytes = 256 << 20
    try models.seal(weight: 1)
    let repository = repository(ballast: bytes) { configuration in
      configuration.mode = .manual
    }
    try await repository.start()
    let before = ProcessStatus.current().residentBytes
    try models.seal(weight: 2)
    _ = try await repository.perform(order(.load, "2")).get()
    // Other tests run at the same time, so half of it has to do.
    #expect(ProcessStatus.current().residentBytes > before + UInt64(bytes / 2))
    _ = try await repository.perform(order(.unload, "2")).get()
    try await eventually { ProcessStatus.current().residentBytes < before + UInt64(bytes / 2) }
  }

  // MARK: Under load

  @Test func readersNeverSeeAWrongAnswerWhileVersionsComeAndGo() async throws {
    for weight in 1...4 { try models.seal(weight: Float(weight)) }
    let repository = repository { configuration in
      configuration.mode = .manual
      configuration.keptVersions = 10
    }
    try await repository.start()
    let catalog = catalog
    let handle = try #require(catalog.snapshot().info(name: "visits")).handle
    let ends = CallCounter()
    let answers = CallCounter()
    try await withThrowingTaskGroup(of: Void.self) { group in
      for reader in 0..<2 {
        group.addTask {
          var snapshot = catalog.snapshot()
          var key = UInt64(reader)
          while ends.count == 0 {
            if snapshot.generation != catalog.generation { snapshot = catalog.snapshot() }
            key &+= 2
            let version = try #require(snapshot.resolve(handle, routingKey: key))
            let weight = try #require(Float(version.info.version))
            guard try version.score(10) == 10 + weight else {
              Issue.record("version \(weight) answered with another's score")
              return
            }
            answers.increment()
            if key / 2 % 64 == 0 { await Task.yield() }
          }
        }
      }
      group.addTask {
        try await withThrowingTaskGroup(of: Void.self) { orders in
          for administrator in 0..<3 {
            orders.addTask {
              for round in 0..<60 {
                let version = "\((round * 7 + administrator) % 4 + 1)"
                let actions: [AdminRequest.Action] = [.load, .swap, .label, .rollback, .unload]
                let action = actions[(round + administrator) % actions.count]
                // Version 4 stays, so that the name does; many of the rest are refused.
                if action == .unload && version == "4" { continue }
                let order = Self.order(action, version, share: 3000)
                _ = await repository.perform(order)
              }
            }
          }
          try await orders.waitForAll()
        }
        ends.increment()
      }
      try await group.waitForAll()
    }
    #expect(answers.count > 100)
    let route = try #require(catalog.snapshot().route(named: "visits"))
    #expect(route.stable != nil && route.version("4") != nil)
    #expect(Set(route.versions.map(\.info.version)).count == route.versions.count)
    try await eventually { await repository.departing.isEmpty }
  }

  @Test(.timeLimit(.minutes(1)))
  func anOlderFormatTakesOverWhileRequestsComeIn() async throws {
    try models.seal(weight: 1)
    try models.reformat(1, to: Manifest.currentFormatVersion)
    let repository = repository()
    try await repository.start()
    #expect(try stable()?.score(10) == 11)
    let catalog = catalog
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask {
        while true {
          let version = try #require(catalog.snapshot().route(named: "visits")?.stable)
          let score = try version.score(10)
          try #require(score == 11 || score == 12)
          if score == 12 { return }
          await Task.yield()
        }
      }
      // Of the first format that there was.
      try models.seal(weight: 2)
      await repository.scan()
      try await group.waitForAll()
    }
    #expect(repository.problems.isEmpty)
  }

  @Test func ordersAreNotHeldUpByALoad() async throws {
    let gate = Gate()
    for weight in 1...3 { try models.seal(weight: Float(weight)) }
    let holds = CallCounter()
    let repository = ModelRepository(
      folder: models.path, catalog: catalog,
      configuration: {
        var configuration = RepositoryConfiguration()
        configuration.mode = .manual
        return configuration
      }()
    ) { artifact in
      if artifact.manifest.version == 1 {
        holds.increment()
        gate.wait()
      }
      return try AddingModel(artifact)
    }
    try await repository.start()
    _ = try await repository.perform(order(.load, "2")).get()
    _ = try await repository.perform(order(.swap, "2")).get()
    let key = RequestKey(rawValue: 7)
    async let slow = repository.perform(order(.load, "1", key: key))
    async let same = repository.perform(order(.load, "1", key: key))
    try await eventually { holds.count > 0 }
    #expect(repository.models()[0].versions.last?.state == "loading")
    #expect(try await repository.perform(order(.rollback)).get().stableVersion == "3")
    gate.open()
    #expect(try await slow.get().stableVersion == "3")
    #expect(await same == slow)
  }
}

extension Result {
  /// The error; nil for a success.
  fileprivate var failure: Failure? {
    if case .failure(let error) = self { error } else { nil }
  }
}
