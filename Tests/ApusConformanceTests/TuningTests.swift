import ApusCompute
import ApusOpenCL
import Foundation
import Logging
import Testing

/// Checks, timings and choices of kernels on the device at hand, through a profile store.
@Suite("OpenCL tuning", .enabled(if: OpenCLDevice.isPresent), .serialized)
struct TuningTests {
  private let folder: TemporaryFolder
  private let store: ProfileStore
  private let log = DebugLog()

  init() throws {
    folder = try TemporaryFolder()
    store = ProfileStore(folder: folder.path + "/apus/profiles")
  }

  private func backend(_ store: ProfileStore?) throws -> OpenCLBackend {
    try OpenCLBackend(
      cache: .ofUser,
      profiles: store,
      logger: Logger(label: "test") { _ in log }
    )
  }

  /// 17-64-64-1 with ReLU; its large products are worth tuning at 512 rows.
  private func network() throws -> Graph {
    var graph = Graph()
    var layer = try graph.add(.input(name: "x", shape: .batch(17)), [])
    for (index, extents) in [(17, 64), (64, 64), (64, 1)].enumerated() {
      let weight = Variable(name: "w\(index)", shape: .fixed(extents.0, extents.1))
      let bias = Variable(name: "b\(index)", shape: .fixed(extents.1))
      let product = try graph.add(
        .matmul(MatMul()), [layer, try graph.add(.variable(weight), [])])
      let sum = try graph.add(.binary(.add), [product, try graph.add(.variable(bias), [])])
      layer = index < 2 ? try graph.add(.activation(.relu), [sum]) : sum
    }
    graph.outputs = [layer]
    return graph
  }

  private func compile(_ backend: OpenCLBackend) throws -> any Plan {
    let graph = try network()
    return try backend.compile(
      graph,
      batchCapacity: 512,
      variables: backend.makeVariables(graph.variables)
    )
  }

  /// Makes plans until one finds everything measured; on a busy machine one alone runs out of time.
  private func compileUntilTuned(_ backend: OpenCLBackend) throws {
    for _ in 0..<50 {
      let known = backend.profile
      _ = try compile(backend)
      if backend.profile == known { return }
    }
    Issue.record("there is always something left to measure")
  }

  private func files() -> [String] {
    (try? FileManager.default.contentsOfDirectory(atPath: store.folder)) ?? []
  }

  @Test("The first plan checks and times its kernels, the second start measures nothing")
  func coldAndWarm() throws {
    let cold = try backend(store)
    try compileUntilTuned(cold)
    #expect(files().count == 1)
    let profile = cold.profile
    #expect(!profile.checks.isEmpty)
    #expect(profile.checks.values.allSatisfy { $0.hasPassed })
    #expect(profile.timings["nn 512x64x64 +"]?.isEmpty == false)

    let url = URL(filePath: store.folder + "/" + (files().first ?? ""))
    let written = try Data(contentsOf: url)
    try FileManager.default.removeItem(at: url)
    try written.write(to: url)
    let warm = try backend(store)
    _ = log.takeMessages()
    _ = try compile(warm)
    #expect(warm.profile == profile)
    #expect(try Data(contentsOf: url) == written)
    #expect(log.takeMessages() == [])
  }

  @Test("A second start of a small net builds, checks and times nothing")
  func secondStart() throws {
    let cache = ProgramCache(folder: folder.path + "/apus/opencl")
    let rows = 8
    func start() throws -> (profile: DeviceProfile, messages: [String]) {
      let backend = try OpenCLBackend(
        cache: cache, profiles: store, logger: Logger(label: "test") { _ in log })
      let graph = try network()
      let variables = try backend.makeVariables(graph.variables)
      try variables.write([0.5].span, to: "b2")
      let plan = try backend.compile(graph, batchCapacity: rows, variables: variables)
      plan.write([Float](repeating: 1, count: 17 * rows), toInput: 0, rows: rows)
      try plan.run(rows: rows)
      #expect(try plan.output(0, rows: rows) == [Float](repeating: 0.5, count: rows))
      return (backend.profile, log.takeMessages())
    }
    func programs() throws -> [String] {
      try FileManager.default.contentsOfDirectory(atPath: cache.folder).sorted()
    }
    let cold = try start()
    // One launch computes the net, so no other kernel is built or checked.
    #expect(cold.profile.checks == ["dense-net": DeviceProfile.Check(failure: nil)])
    #expect(cold.profile.timings.isEmpty)
    let built = try programs()
    let building = cold.messages.filter { $0 == "building the OpenCL program: absent" }
    #expect(building.count == built.count && (1...2) ~= built.count)
    let warm = try start()
    #expect(warm.messages == [])
    #expect(warm.profile == cold.profile)
    #expect(try programs() == built)
  }

  @Test("A damaged profile is measured again")
  func damagedProfile() throws {
    _ = try compile(try backend(store))
    let url = URL(filePath: store.folder + "/" + (files().first ?? ""))
    let sound = try Data(contentsOf: url)
    try sound.prefix(sound.count / 2).write(to: url)
    _ = log.takeMessages()
    let again = try backend(store)
    try compileUntilTuned(again)
    #expect(log.takeMessages() == ["the device has no profile yet: damaged"])
    #expect(!again.profile.timings.isEmpty)
    #expect(try Data(contentsOf: url) != sound.prefix(sound.count / 2))
  }

  @Test("A folder that cannot be made costs nothing but the measurement")
  func unusableFolder() throws {
    let file = folder.path + "/file"
    try Data().write(to: URL(filePath: file))
    let backend = try backend(ProfileStore(folder: file + "/profiles"))
    try compileUntilTuned(backend)
    try compile(backend).run(rows: 3)
    #expect(!backend.profile.timings.isEmpty)
    let messages = log.takeMessages()
    #expect(messages.first == "the device has no profile yet: absent")
    #expect(messages.last?.hasPrefix("the device's profile was not kept: ") == true)
  }

  @Test("Without a store nothing is measured unless it is asked for")
  func noStore() throws {
    let backend = try backend(nil)
    _ = try compile(backend)
    #expect(backend.profile.checks.isEmpty && backend.profile.timings.isEmpty)
    let report = try backend.tune(
      [ProductShape(.nn, m: 64, n: 64, k: 64)], budget: .milliseconds(2))
    #expect(report.variants.count > 3)
    #expect(report.variants.allSatisfy { $0.hasPassed && $0.failure == nil })
    #expect(report.products.count == 1)
    let timed = report.products.first?.gigaflops ?? [:]
    #expect(timed.values.allSatisfy { $0 > 0 })
    #expect(timed[report.products.first?.winner ?? ""] != nil)
    #expect(backend.profile.checks.count == report.variants.count)
  }

  @Test(
    "A kernel that computes wrongly is disabled, logged, and remembered",
    arguments: [("left[r] = 0.0f;", "plain-packed-8x32"), ("left[u] = 0.0f;", "dense-net")])
  func wrongKernel(start: String, name: String) throws {
    // A sum that starts at one.
    let wrong = start.replacing("0.0f", with: "1.0f")
    let broken = KernelSource.embedded.replacing(start, with: wrong)
    #expect(broken != .embedded)
    func backend() throws -> OpenCLBackend {
      try OpenCLBackend(
        deviceIndex: 0,
        library: OpenCLLibrary(),
        source: broken,
        cache: nil,
        profiles: store,
        logger: Logger(label: "test") { _ in log }
      )
    }
    func errors() -> [String] {
      log.takeMessages().filter { $0.hasPrefix("a kernel computes wrongly") }
    }
    let first = try backend()
    let plan = try compile(first)
    #expect(first.profile.checks.filter { !$0.value.hasPassed }.map(\.key) == [name])
    #expect(first.profile.checks[name]?.failure?.contains("whole numbers has") == true)
    #expect(errors().count == 1)
    // Weights are zero, so anything else comes from the wrong sums.
    plan.write([Float](repeating: 1, count: 17 * 512), toInput: 0, rows: 512)
    try plan.run(rows: 512)
    #expect(try plan.output(0, rows: 512) == [Float](repeating: 0, count: 512))

    let second = try backend()
    _ = try compile(second)
    #expect(errors().count == 1)
    // The second start may have had time for more checks than the first.
    #expect(second.profile.checks[name] == first.profile.checks[name])
    for product in [ProductShape(.nn, m: 64, n: 64, k: 64), ProductShape(.tn, m: 99, n: 99, k: 9)] {
      #expect(second.variants.variant(for: product).name != name)
    }
  }

  @Test("Costs are measured once, positive, and kept")
  func costs() throws {
    let costs = try backend(store).deviceCosts()
    #expect(costs.launchMicroseconds > 0)
    #expect(costs.queuedLaunchMicroseconds >= 0)
    #expect(costs.queuedLaunchMicroseconds < costs.launchMicroseconds)
    for copy in [costs.write, costs.read] {
      #expect(copy.latencyMicroseconds > 0)
      #expect((0.05...2000) ~= copy.gigabytesPerSecond)
    }
    #expect(try backend(store).deviceCosts() == costs)
  }

  @Test("A curve of the model on the device predicts its own points")
  func curve() throws {
    let backend = try backend(store)
    let probe = try CostProbe(try network(), on: backend, batchCapacity: 64)
    let curve = try probe.curve(rows: [1, 64], budget: .milliseconds(2))
    #expect(curve.device == backend.device)
    #expect(curve.inputWidth == 17 && curve.outputWidth == 1)
    #expect(curve.launchCount > 0)
    for point in curve.points {
      #expect(abs(curve.prediction(rows: point.rows).total - point.microseconds) < 1e-6)
    }
  }
}
