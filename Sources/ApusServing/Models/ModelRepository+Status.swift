internal import ApusWire
internal import Synchronization

extension ModelRepository {
  /// The models and their versions, for people: also those that cannot serve, and why.
  ///
  /// - Returns: The models, in ascending order of name; it does not wait for loads.
  public nonisolated func models() -> [ServerStatus.Model] {
    let phases = published.withLock { $0 }
    let snapshot = catalog.snapshot()
    let names = Set(phases.keys.map(\.name)).union(snapshot.routes.map(\.name))
    return names.sorted().map { name in
      let route = snapshot.route(named: name)
      let loaded = (route?.versions ?? []).map { version in
        ServerStatus.Version(
          version: version.info.version, handle: version.info.handle.rawValue,
          device: version.info.device, state: route?.state(of: version) ?? "loaded",
          metrics: version.metrics.snapshot())
      }
      let others = phases.filter { $0.key.name == name }.compactMap { id, phase in
        phase.label.map { state, reason in
          ServerStatus.Version(
            version: "\(id.number)", handle: 0, device: "", state: state, reason: reason,
            metrics: VersionMetrics().snapshot())
        }
      }
      return ServerStatus.Model(
        name: name, stable: route?.stable?.info.version,
        canary: route?.canary?.version.info.version,
        canaryPercent: Double(route?.canary?.share.hundredths ?? 0) / 100,
        versions: (loaded + others).sorted {
          (Int($0.version) ?? 0, $0.version) > (Int($1.version) ?? 0, $1.version)
        })
    }
  }

  /// What keeps versions from serving, one short sentence each.
  public nonisolated var problems: [String] {
    models().flatMap { model in
      model.versions.compactMap { version in
        version.reason.map { "\(model.name) \(version.version) is \(version.state): \($0)" }
      }
    }
  }
}

extension ModelRoute {
  /// Where a loaded version is in its life, in a word.
  fileprivate func state(of version: ModelVersion) -> String {
    if version === stable { return "serving" }
    if version === canary?.version { return "canary" }
    return history.contains { $0 === version } ? "previous" : "loaded"
  }
}

extension VersionLives.Phase {
  /// The word and the reason for a version that is not loaded and that somebody should know of.
  fileprivate var label: (state: String, reason: String?)? {
    switch self {
    case .idle, .loaded: nil
    case .loading: ("loading", nil)
    case .damaged(let reason): ("damaged", reason)
    case .waiting(let reason): ("waiting", reason)
    case .refused(let reason): ("refused", reason)
    }
  }
}
