import ApusModel
import ApusServing
import ApusWire
import Testing

/// Versions whose columns are not those of the stable one.
extension ModelRepositoryTests {
  @Test func aVersionOfOtherColumnsWaitsForAnOrder() async throws {
    try models.seal(weight: 1)
    let repository = repository()
    try await repository.start()
    try models.seal(weight: 2, column: "z")
    await repository.scan()
    #expect(try stable()?.score(10) == 11, "the clients of x would all be refused")
    #expect(catalog.snapshot().route(named: "visits")?.version("2") == nil, "it takes no memory")
    try models.seal(weight: 3, column: "z")
    await repository.scan()
    let problems = repository.problems
    #expect(problems.count == 2 && problems.allSatisfy { $0.contains("waiting: it takes other") })
    _ = try await repository.perform(order(.load, "2")).get()
    #expect(repository.problems.count == 1)
    _ = try await repository.perform(order(.swap, "2")).get()
    #expect(try stable()?.score(10) == 12 && repository.problems.isEmpty)
    // The third fits now.
    await repository.scan()
    #expect(try stable()?.score(10) == 13)
    try models.seal(weight: 4, column: "z")
    await repository.scan()
    #expect(try stable()?.score(10) == 14)
  }

  /// The version that is stable when a load begins need not be so when it ends.
  @Test func columnsAreComparedWithTheVersionThatIsStableThen() async throws {
    let gate = Gate()
    let loads = CallCounter()
    try models.seal(weight: 1)
    let repository = ModelRepository(folder: models.path, catalog: catalog) { artifact in
      loads.increment()
      if artifact.manifest.version == 3 { gate.wait() }
      return try AddingModel(artifact)
    }
    try await repository.start()
    try models.seal(weight: 2, column: "z")
    await repository.scan()
    _ = try await repository.perform(order(.load, "2")).get()
    try models.seal(weight: 3)
    let before = loads.count
    async let scan: Void = repository.scan()
    try await eventually { loads.count > before }
    _ = try await repository.perform(order(.swap, "2")).get()
    async let ordered = repository.perform(order(.load, "3"))
    gate.open()
    await scan
    #expect(try stable()?.score(10) == 12, "the clients of z would all be turned away")
    // The order asks for less than the load that was under way.
    _ = try await ordered.get()
    #expect(catalog.snapshot().route(named: "visits")?.version("3") != nil)
  }
}
