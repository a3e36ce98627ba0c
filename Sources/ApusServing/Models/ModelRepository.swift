internal import ApusCompute
public import ApusModel
internal import ApusWire
internal import CLinux
public import Logging
internal import Synchronization

/// The versions of all models, from the folder to the catalog and out of memory again.
///
/// ```
/// folder ──scan──> verify ─> load ─> warm ─> compare ──flip──> catalog ──> unload
///                  └──── on one thread of low priority ────┘
/// ```
/// The server goes on with what it has until the one moment of the flip, and a version that fails
/// on the way changes nothing. Orders other than to load are carried out at once, even while a
/// version is being loaded.
///
/// ```swift
/// let repository = ModelRepository(folder: "models", catalog: catalog) { artifact in
///   ArtifactModel(try Scorer(artifact, backend: backend, hasEmbeddings: true))
/// }
/// try await repository.start()
/// await repository.watch()  // until the task is cancelled
/// ```
public actor ModelRepository {
  /// Puts an artifact on its device.
  ///
  /// It runs on a thread of low priority, which threads that it starts would inherit; so it takes a
  /// backend that is there already.
  public typealias Load = @Sendable (Artifact) throws -> any ServedModel

  /// What is served, which this repository alone changes.
  public nonisolated let catalog: ModelCatalog

  let folder: String
  private let configuration: RepositoryConfiguration
  private let metrics: ServerMetrics?
  let log: Logger
  private let load: Load
  private let thread = BackgroundThread("apus-models")

  var lives: VersionLives
  var loads: [VersionID: Task<Void, Never>] = [:]
  private var failures: [VersionID: any Error] = [:]
  private var samples: [String: RequestSample] = [:]
  var orders = OrderMemory()
  private var departures: [Departure] = []
  nonisolated let published = Mutex<[VersionID: VersionLives.Phase]>([:])

  /// A version that has left the catalog, and perhaps not yet memory.
  private struct Departure {
    let id: VersionID
    weak let version: ModelVersion?
  }

  /// Creates a repository; nothing is read yet.
  ///
  /// - Parameters:
  ///   - folder: The folder of models, as `ModelFolder.models(in:)` takes it.
  ///   - catalog: What is served.
  ///   - configuration: What the repository is told.
  ///   - metrics: Where flips are counted.
  ///   - log: Where versions are named as they come and go.
  ///   - load: Puts an artifact on its device.
  public init(
    folder: String, catalog: ModelCatalog,
    configuration: RepositoryConfiguration = RepositoryConfiguration(),
    metrics: ServerMetrics? = nil, log: Logger = Logger(label: "apus.models"),
    load: @escaping Load
  ) {
    self.folder = folder
    self.catalog = catalog
    self.configuration = configuration
    self.metrics = metrics
    self.log = log
    self.load = load
    lives = VersionLives(mode: configuration.mode, patience: configuration.patience)
  }

  // MARK: The folder

  /// Loads the newest version of every model, or the newest that can serve.
  ///
  /// - Throws: Why a model has no version that can serve: an `ArtifactError`, or what loading
  ///   threw.
  public func start() async throws {
    let names = try ModelFolder.models(in: folder).map(\.name)
    guard !names.isEmpty else {
      throw ArtifactError(
        .notFound, "there is no model in this folder; train one with apus train", path: folder)
    }
    await scan()
    lives.started()
    for name in names where catalog.snapshot().route(named: name)?.stable == nil {
      let newest = failures.filter { $0.key.name == name }.max { $0.key.number < $1.key.number }
      if let newest { throw newest.value }
    }
  }

  /// Looks at the folder again and again, until the task is cancelled.
  public func watch() async {
    while !Task.isCancelled {
      try? await Task.sleep(for: configuration.scanInterval)
      await scan()
    }
  }

  /// Looks at the folder once, and loads what is new.
  ///
  /// It returns when all of it serves or has been refused.
  public func scan() async {
    let folder = folder
    let found = try? await thread.run { Self.versions(in: folder) }
    guard let found else { return }
    failures = failures.filter { found[$0.key] != nil }
    await perform(lives.scanned(found, at: .now))
    await reclaim()
  }

  private static func versions(in folder: String) -> [VersionID: ModelFolder.Fingerprint] {
    var found: [VersionID: ModelFolder.Fingerprint] = [:]
    for model in (try? ModelFolder.models(in: folder)) ?? []
    where ModelFolder.isValid(name: model.name) {
      for version in model.versions {
        found[VersionID(model.name, version)] = model.fingerprint(version: version)
      }
    }
    return found
  }

  func perform(_ actions: [VersionLives.Action]) async {
    publish()
    for action in actions {
      guard case .report(let id, let reason) = action else { continue }
      log.warning("a version cannot serve", metadata: ["model": "\(id)", "reason": "\(reason)"])
    }
    var started: [Task<Void, Never>] = []
    for action in actions {
      guard case .load(let id, let isPromoted) = action else { continue }
      let task = Task { await bring(id, isPromoted: isPromoted) }
      loads[id] = task
      started.append(task)
    }
    for task in started { await task.value }
  }

  /// Takes a version all the way from its files into the catalog, or finds out why not.
  private func bring(_ id: VersionID, isPromoted: Bool) async {
    let (folder, load, limit) = (folder, load, configuration.differenceLimit)
    let sample = samples[id.name] ?? RequestSample(percent: configuration.samplePercent)
    samples[id.name] = sample
    let stable = catalog.snapshot().route(named: id.name)?.stable
    let outcome: VersionLives.Outcome
    do {
      let candidate = try await thread.run {
        try Candidate(
          id, in: folder, load: load, stable: stable, sample: sample, limit: limit)
      }
      // The load took long, and orders were carried out meanwhile.
      if isPromoted, let stable = catalog.snapshot().route(named: id.name)?.stable {
        try candidate.verifyColumns(as: stable)
      }
      try admit(candidate, id, sample, isPromoted: isPromoted)
      failures[id] = nil
      outcome = .loaded
    } catch {
      failures[id] = error
      metrics?.recordSwapFailure()
      outcome = Self.outcome(of: error)
      log.info("a version was not loaded", metadata: ["model": "\(id)", "error": "\(error)"])
    }
    loads[id] = nil
    await perform(lives.finished(id, outcome, at: .now))
  }

  private func admit(
    _ candidate: Candidate, _ id: VersionID, _ sample: RequestSample, isPromoted: Bool
  ) throws(WireError) {
    let routes = catalog.snapshot().routes
    guard routes.count < WireLimits.modelsInList || routes.contains(where: { $0.name == id.name })
    else { throw .tooLarge("there are too many models", limit: WireLimits.modelsInList) }
    let version = ModelVersion(
      candidate.model, handle: catalog.artifactHandle(for: candidate.model.info.digest),
      cost: candidate.cost, sample: sample)
    try change(id.name) { route throws(WireError) in
      route.add(version)
      if isPromoted { try route.makeStable(version.info.version) }
    }
    var metadata: Logger.Metadata = ["model": "\(id)", "handle": "\(version.info.handle.rawValue)"]
    if let comparison = candidate.comparison, comparison.rows > 0 {
      version.metrics.recordShadow(rows: comparison.rows, mismatches: comparison.mismatches)
      metadata["rows"] = "\(comparison.rows)"
      metadata["difference"] = "\(comparison.greatestDifference)"
    }
    log.info("a version was loaded", metadata: metadata)
  }

  private static func outcome(of error: any Error) -> VersionLives.Outcome {
    if let error = error as? Candidate.OtherColumns { return .waiting("\(error)") }
    guard let error = error as? ArtifactError else { return .refused("\(error)") }
    let file = error.path.split(separator: "/").last ?? ""
    let reason = "\(file): \(error.message)"
    return switch error.code {
    case .notFound: .damaged("there is no manifest")
    case .missingFile, .damaged, .malformed: .damaged(reason)
    case .newerFormat, .goldenMismatch, .precisionLoss, .unwritable, .invalidName:
      .refused(reason)
    }
  }

  // MARK: Labels

  /// Changes a route in one step, and lets go what it no longer holds.
  func change(
    _ name: String, _ body: (inout ModelRoute) throws(WireError) -> Void
  ) throws(WireError) {
    let start = ContinuousClock.now
    let before = catalog.snapshot().route(named: name)
    let kept = configuration.keptVersions
    try catalog.update(name) { route throws(WireError) in
      try body(&route)
      route.forget(keeping: kept)
    }
    let after = catalog.snapshot().route(named: name)
    if let stable = after?.stable, stable !== before?.stable {
      let time = (ContinuousClock.now - start).inNanoseconds
      metrics?.recordSwap(nanoseconds: Int64(time))
      lives.stableChanged(name)
      log.notice(
        "a version is stable", metadata: ["model": "\(name) \(stable.info.version)"])
    }
    for version in before?.versions ?? [] {
      guard after?.versions.contains(where: { $0 === version }) != true,
        let number = Int(version.info.version)
      else { continue }
      let id = VersionID(name, number)
      lives.unloaded(id)
      departures.append(Departure(id: id, version: version))
    }
    publish()
  }

  /// Gives memory back to the system when versions have left it.
  func reclaim() async {
    let gone = departures.filter { $0.version == nil }.map(\.id)
    guard !gone.isEmpty else { return }
    departures.removeAll { $0.version == nil }
    _ = try? await thread.run { clinux_trim_heap() }
    for id in gone { log.info("a version left memory", metadata: ["model": "\(id)"]) }
  }

  // MARK: What is known

  /// The versions that have left the catalog and that requests in flight still hold.
  public var departing: [VersionID] {
    departures.filter { $0.version != nil }.map(\.id)
  }

  private func publish() {
    let phases = lives.phases
    published.withLock { $0 = phases }
  }
}
