package import ApusModel

/// What is known of every version in the folder, and what is to be done about it.
///
/// ```
///  in the folder ──> idle ──load──> loading ──> loaded ──> a label, the history
///                     ^  ^           │   │         │
///                     │  │   damaged ┘   ├ refused │ unload
///                     │  │      │        └ waiting │
///                     └──┼──────┴────────────┘     │
///         the files change, or an order            │
///                        └─────────────────────────┘
/// ```
/// It is pure: events go in, actions come out, and the repository performs them. A version whose
/// files do not verify may still be on its way here, so it waits until they change, and is named
/// when that takes long; one that verifies and cannot serve is refused until its files change; one
/// that would turn the clients of the stable version away waits until another one is stable.
package struct VersionLives {
  /// Where a version is in its life.
  package enum Phase: Equatable, Sendable {
    /// Its files are there, and nobody wants it.
    case idle
    /// It is being verified, put on its device, warmed and compared.
    case loading
    /// Its files do not verify, perhaps not yet.
    case damaged(String)
    /// It verifies, and cannot serve.
    case refused(String)
    /// It can serve, but not in place of the version that is stable now.
    case waiting(String)
    /// It can score.
    case loaded
  }

  /// What became of an attempt to load a version.
  package enum Outcome: Equatable, Sendable {
    /// It can score.
    case loaded
    /// Its files do not verify.
    case damaged(String)
    /// It verifies, and cannot serve.
    case refused(String)
    /// It can serve, but not in place of the version that is stable now.
    case waiting(String)
  }

  /// What is to be done.
  package enum Action: Equatable, Sendable {
    /// Load the version, and make it stable if it can serve and `isPromoted`.
    case load(VersionID, isPromoted: Bool)
    /// Tell people that a version has been damaged for long, or is refused.
    case report(VersionID, reason: String)
  }

  private struct Life {
    var phase = Phase.idle
    /// The files as they were seen last.
    var files: ModelFolder.Fingerprint
    /// Whether the files have changed since the last attempt began.
    var hasChanged = false
    /// When the version was first found damaged.
    var damagedSince: ContinuousClock.Instant?
    /// Whether people were told that it is damaged.
    var isNamed = false
  }

  private let mode: RepositoryMode
  private let patience: Duration
  private var lives: [VersionID: Life] = [:]
  private var hasStarted = false
  /// The newest version of each name that was ever loaded: an older one does not replace it, and
  /// after a rollback it does not come back by itself.
  private var newest: [String: Int] = [:]

  /// Starts with nothing known.
  ///
  /// - Parameters:
  ///   - mode: Whether new versions become stable by themselves.
  ///   - patience: How long a version may be damaged before people are told.
  package init(mode: RepositoryMode, patience: Duration) {
    self.mode = mode
    self.patience = patience
  }

  /// Where each version is in its life.
  package var phases: [VersionID: Phase] { lives.mapValues(\.phase) }

  /// Takes note of what lies in the folder.
  ///
  /// - Parameters:
  ///   - found: The versions, with the state of their files.
  ///   - now: The time.
  /// - Returns: What is to be done.
  package mutating func scanned(
    _ found: [VersionID: ModelFolder.Fingerprint], at now: ContinuousClock.Instant
  ) -> [Action] {
    // What is in memory serves on, whatever becomes of its files.
    lives = lives.filter { id, life in
      found[id] != nil || life.phase == .loaded || life.phase == .loading
    }
    for (id, files) in found {
      var life = lives[id] ?? Life(files: files)
      if life.files != files {
        life.files = files
        life.hasChanged = true
        switch life.phase {
        case .refused, .waiting: life.phase = .idle
        case .idle, .loading, .damaged, .loaded: break
        }
      }
      lives[id] = life
    }
    return overdue(at: now) + next()
  }

  /// Takes note of the end of an attempt to load.
  ///
  /// - Parameters:
  ///   - id: The version.
  ///   - outcome: What became of it.
  ///   - now: The time.
  /// - Returns: What is to be done.
  package mutating func finished(
    _ id: VersionID, _ outcome: Outcome, at now: ContinuousClock.Instant
  ) -> [Action] {
    guard var life = lives[id], life.phase == .loading else {
      preconditionFailure("\(id) was not loading, and ended as \(outcome)")
    }
    var reports: [Action] = []
    switch outcome {
    case .loaded:
      life.phase = .loaded
      newest[id.name] = max(newest[id.name] ?? 0, id.number)
    case .damaged(let reason):
      life.phase = .damaged(reason)
      life.damagedSince = life.damagedSince ?? now
    case .refused(let reason):
      life.phase = .refused(reason)
      reports = [.report(id, reason: reason)]
    case .waiting(let reason):
      life.phase = .waiting(reason)
      reports = [.report(id, reason: reason)]
    }
    if life.phase == .loaded || !reports.isEmpty {
      life.damagedSince = nil
      life.isNamed = false
    }
    lives[id] = life
    return reports + overdue(at: now) + next()
  }

  /// Takes note of an order to load a version, whatever became of it before.
  ///
  /// - Parameters:
  ///   - id: The version.
  ///   - files: The state of its files.
  /// - Returns: What is to be done; nothing where it is loaded or about to be.
  package mutating func ordered(
    _ id: VersionID, files: ModelFolder.Fingerprint
  ) -> [Action] {
    let life = lives[id] ?? Life(files: files)
    guard life.phase != .loaded, life.phase != .loading else { return [] }
    lives[id] = life
    return [start(id, isPromoted: false)]
  }

  /// Takes note that a version has left the catalog.
  ///
  /// - Parameter id: The version.
  package mutating func unloaded(_ id: VersionID) { lives[id]?.phase = .idle }

  /// Takes note that another version of a name is stable, which those that wait may fit.
  ///
  /// - Parameter name: The name.
  package mutating func stableChanged(_ name: String) {
    for (id, life) in lives where id.name == name {
      if case .waiting = life.phase { lives[id]?.phase = .idle }
    }
  }

  /// Takes note that the server has started: in manual mode only orders load from here on.
  package mutating func started() { hasStarted = true }

  /// The next attempts: of each name the newest version above all that were loaded.
  private mutating func next() -> [Action] {
    guard mode == .automatic || !hasStarted else { return [] }
    let busy = Set(lives.lazy.filter { $0.value.phase == .loading }.map(\.key.name))
    var best: [String: Int] = [:]
    for (id, life) in lives where id.number > newest[id.name] ?? 0 && !busy.contains(id.name) {
      let isWanted = if case .damaged = life.phase { life.hasChanged } else { life.phase == .idle }
      if isWanted { best[id.name] = max(best[id.name] ?? 0, id.number) }
    }
    return best.sorted { $0.key < $1.key }
      .map { start(VersionID($0.key, $0.value), isPromoted: true) }
  }

  private mutating func start(_ id: VersionID, isPromoted: Bool) -> Action {
    lives[id]?.phase = .loading
    lives[id]?.hasChanged = false
    return .load(id, isPromoted: isPromoted)
  }

  /// The damaged versions that people have to be told about, once.
  private mutating func overdue(at now: ContinuousClock.Instant) -> [Action] {
    var reports: [(id: VersionID, reason: String)] = []
    for (id, life) in lives {
      guard case .damaged(let reason) = life.phase, !life.isNamed,
        let since = life.damagedSince, since.duration(to: now) >= patience
      else { continue }
      lives[id]?.isNamed = true
      reports.append((id, reason))
    }
    return reports.sorted { ($0.id.name, $0.id.number) < ($1.id.name, $1.id.number) }
      .map { .report($0.id, reason: $0.reason) }
  }
}
