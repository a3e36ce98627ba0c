internal import ApusCompute
internal import ApusModel
public import ApusWire
internal import Logging

extension ModelRepository: ModelAdministrator {
  /// Carries out an order.
  public func perform(_ request: AdminRequest) async -> Result<AdminReply, WireError> {
    let task = orders.result(of: request) {
      Task { () async -> Result<AdminReply, WireError> in await carryOut(request) }
    }
    guard let task else {
      return .failure(.badInput("the key is that of another order"))
    }
    return await task.value
  }

  private func carryOut(_ request: AdminRequest) async -> Result<AdminReply, WireError> {
    let start = ContinuousClock.now
    do throws(WireError) {
      let version = try await handle(request)
      let route = catalog.snapshot().route(named: request.name)
      return .success(
        AdminReply(
          artifact: version?.info.handle ?? ModelHandle(rawValue: 0),
          route: route?.handle ?? ModelHandle(rawValue: 0),
          durationMicroseconds: UInt64(max(0, (ContinuousClock.now - start).inMicroseconds)),
          name: request.name, stableVersion: route?.stable?.info.version ?? "",
          canaryVersion: route?.canary?.version.info.version ?? ""))
    } catch {
      log.notice(
        "an order was refused",
        metadata: ["order": "\(request.action)", "model": "\(request.name) \(request.version)"])
      return .failure(error)
    }
  }

  /// Does what an order says and returns the version that it was about.
  private func handle(_ request: AdminRequest) async throws(WireError) -> ModelVersion? {
    let (name, version) = (request.name, request.version)
    guard request.action != .drain else {
      throw .badInput("a drain is no order about models")
    }
    guard ModelFolder.isValid(name: name) else { throw .badInput("there is no name of a model") }
    if request.action == .load { return try await load(name, version) }
    guard let route = catalog.snapshot().route(named: name) else { throw .unknownModel }
    let subject = request.action == .rollback ? route.history.last : route.version(version)
    switch request.action {
    case .swap:
      try change(name) { route throws(WireError) in try route.makeStable(version) }
    case .rollback:
      try change(name) { route throws(WireError) in try route.rollBack() }
    case .unload:
      try change(name) { route throws(WireError) in try route.remove(version) }
      Task { await reclaim() }
    case .label:
      guard let share = CanaryShare(hundredths: Int(request.canaryShare)) else {
        throw .badInput("a share is more than the whole")
      }
      try change(name) { route throws(WireError) in
        try route.setCanary(version, share: share)
      }
    case .load, .drain: break
    }
    return subject
  }

  private func load(_ name: String, _ version: String) async throws(WireError) -> ModelVersion? {
    guard let number = Int(version), number > 0, String(number) == version else {
      throw .unknownModel
    }
    let id = VersionID(name, number)
    let folder = ModelFolder("\(folder)/\(name)")
    guard folder.versions.contains(number) else {
      throw folder.versions.isEmpty ? .unknownModel : .versionNotThere
    }
    let files = folder.fingerprint(version: number)
    await perform(lives.ordered(id, files: files))
    await loads[id]?.value
    // A load that was under way was to make it stable, too, as the order does not.
    if case .waiting = lives.phases[id] { await perform(lives.ordered(id, files: files)) }
    switch lives.phases[id] {
    case .loaded: return catalog.snapshot().route(named: name)?.version(version)
    case .damaged(let reason):
      throw .versionNotReady("the version is damaged, or not all there yet: \(reason)")
    case .refused:
      // A reason may be any loader's, with names of what is inside; operators find it in /readyz.
      throw .versionNotReady("the version verifies, but cannot serve; the server's log says why")
    case .idle, .loading, .waiting, nil:
      throw .versionNotReady("another order or a change of its files came in between; try again")
    }
  }
}

extension WireError {
  /// The model is there, and the version is not.
  fileprivate static let versionNotThere = WireError(
    code: .unknownModel, category: .client, isRetryable: false,
    text: "the model has no such version in its folder")

  /// A version that an order is about cannot be loaded.
  fileprivate static func versionNotReady(_ text: String) -> WireError {
    WireError(code: .notReady, category: .server, isRetryable: false, text: text)
  }
}
