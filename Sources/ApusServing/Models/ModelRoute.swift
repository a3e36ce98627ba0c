public import ApusWire

/// One name: its loaded versions, and which of them answer.
///
/// ```
/// versions   1   2   3   4        loaded
///                |   |   |
///         history   stable  canary (7.5 % of the keys)
/// ```
/// It is a value: a change makes a new one, which becomes visible at once and as a whole. A label
/// can only name a version that is loaded.
public struct ModelRoute: Sendable {
  /// A version on trial.
  public struct Canary: Sendable {
    /// The version.
    public let version: ModelVersion
    /// The share of the routing keys that it answers.
    public let share: CanaryShare
  }

  /// The name of the model.
  public let name: String
  /// The handle that follows the labels.
  public let handle: ModelHandle
  /// The loaded versions, in the order in which they were loaded.
  public private(set) var versions: [ModelVersion] = []
  /// The version that answers; nil until one was chosen.
  public private(set) var stable: ModelVersion?
  /// The version on trial, if there is one.
  public private(set) var canary: Canary?
  /// What was stable before, oldest first; each is loaded still.
  public private(set) var history: [ModelVersion] = []

  private let salt: UInt64

  /// Creates a route.
  ///
  /// - Parameters:
  ///   - name: The name of the model.
  ///   - handle: The route handle.
  ///   - stable: The version that answers, if one is loaded already.
  package init(name: String, handle: ModelHandle, stable: ModelVersion? = nil) {
    self.name = name
    self.handle = handle
    self.stable = stable
    versions = stable.map { [$0] } ?? []
    salt = CanaryShare.salt(of: name)
  }

  /// Returns the version of that number or name, or nil if it is not loaded.
  public func version(_ version: String) -> ModelVersion? {
    versions.first { $0.info.version == version }
  }

  /// Chooses the version that answers a request.
  ///
  /// - Parameter routingKey: What the client wants to be told apart by, such as a user; requests
  ///   without one are answered by the stable version.
  /// - Returns: The version, the same for a key as long as the labels stay, or nil if none is
  ///   stable.
  public func resolve(routingKey: UInt64?) -> ModelVersion? {
    if let canary, let routingKey, canary.share.contains(routingKey, salt: salt) {
      return canary.version
    }
    return stable
  }

  /// Adds a version that was loaded; no label moves.
  ///
  /// - Precondition: No version of that name is loaded.
  package mutating func add(_ version: ModelVersion) {
    precondition(
      self.version(version.info.version) == nil,
      "\(name) \(version.info.version) is loaded already")
    versions.append(version)
  }

  /// Makes a loaded version the one that answers.
  ///
  /// What was stable goes to the history; a canary of that version has passed its trial.
  ///
  /// - Parameter version: The version.
  /// - Throws: UNKNOWN_MODEL if it is not loaded.
  package mutating func makeStable(_ version: String) throws(WireError) {
    let next = try loaded(version)
    guard next !== stable else { return }
    history.removeAll { $0 === next }
    if let stable { history.append(stable) }
    stable = next
    if canary?.version === next { canary = nil }
  }

  /// Makes the version that was stable before answer again.
  ///
  /// A canary ends: it was measured against what is given up.
  ///
  /// - Throws: BAD_INPUT if there is none that is loaded still.
  package mutating func rollBack() throws(WireError) {
    guard let last = history.popLast() else {
      throw .badInput("no earlier version is loaded to go back to")
    }
    stable = last
    canary = nil
  }

  /// Lets a loaded version answer a share of the routing keys.
  ///
  /// - Parameters:
  ///   - version: The version.
  ///   - share: The share; 0 ends the trial.
  /// - Throws: UNKNOWN_MODEL if it is not loaded, or BAD_INPUT if it is the stable one.
  package mutating func setCanary(_ version: String, share: CanaryShare) throws(WireError) {
    let next = try loaded(version)
    guard share.hundredths > 0 else { return canary = nil }
    guard next !== stable else {
      throw .badInput("the stable version cannot be its own canary")
    }
    canary = Canary(version: next, share: share)
  }

  /// Lets a version go.
  ///
  /// - Parameter version: The version.
  /// - Throws: UNKNOWN_MODEL if it is not loaded, or BAD_INPUT if a label names it.
  package mutating func remove(_ version: String) throws(WireError) {
    let gone = try loaded(version)
    guard gone !== stable || versions.count == 1 else {
      throw .badInput("the version is stable; make another one stable first")
    }
    guard gone !== canary?.version else {
      throw .badInput("the version is a canary; end its trial first")
    }
    if gone === stable { stable = nil }
    versions.removeAll { $0 === gone }
    history.removeAll { $0 === gone }
  }

  /// Lets the oldest versions of the history go.
  ///
  /// - Parameter count: The versions of the history that stay.
  package mutating func forget(keeping count: Int) {
    for version in history.dropLast(count) where version !== canary?.version {
      versions.removeAll { $0 === version }
      history.removeAll { $0 === version }
    }
  }

  private func loaded(_ version: String) throws(WireError) -> ModelVersion {
    guard let version = self.version(version) else { throw .versionNotLoaded }
    return version
  }
}

extension WireError {
  /// A label can only move to a version that is loaded.
  static let versionNotLoaded = WireError(
    code: .unknownModel, category: .client, isRetryable: false,
    text: "no such version is loaded")
}
