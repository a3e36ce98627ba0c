package import ApusWire
internal import Synchronization

/// The models that a server serves now.
///
/// Readers take a snapshot and keep it until the generation moves on, which costs one relaxed load;
/// writers take turns, and each change is seen as a whole or not at all.
public final class ModelCatalog: Sendable {
  private struct State {
    var snapshot = CatalogSnapshot()
    var observers: [@Sendable (CatalogSnapshot) -> Void] = []
  }

  private let state = Mutex(State())
  private let changes = Atomic<Int>(0)

  /// Creates a catalog.
  ///
  /// - Parameter models: The models, each the stable version of its name; their names differ.
  public init(_ models: [any ServedModel] = []) {
    replace(with: models)
  }

  /// The number of changes so far: while it is that of a snapshot, the snapshot is fresh.
  public var generation: Int { changes.load(ordering: .relaxed) }

  /// Returns what is served at this moment.
  public func snapshot() -> CatalogSnapshot { state.withLock { $0.snapshot } }

  /// Calls a function after each change.
  ///
  /// An event loop that sleeps keeps its snapshot, and by it the memory of versions that are
  /// unloaded; the call is the moment to wake it.
  ///
  /// - Parameter observer: Called on the thread that made the change, with what is served now; it
  ///   must not change the catalog.
  public func onChange(_ observer: @escaping @Sendable (CatalogSnapshot) -> Void) {
    state.withLock { $0.observers.append(observer) }
  }

  /// Replaces all models at once.
  ///
  /// - Parameter models: The models, each the stable version of its name; their names differ.
  public func replace(with models: [any ServedModel]) {
    change { routes in
      routes = []
      for model in models {
        let name = model.info.name
        precondition(
          !routes.contains { $0.name == name }, "two of \(models.count) models are named '\(name)'")
        let stable = ModelVersion(
          model, handle: Self.artifactHandle(model.info.digest, among: routes))
        routes.append(
          ModelRoute(
            name: name, handle: Self.routeHandle(name, among: routes), stable: stable))
      }
    }
  }

  /// Changes what is loaded of one name, and its labels.
  ///
  /// A name without a version is one that is not served.
  ///
  /// - Parameters:
  ///   - name: The name of the model.
  ///   - body: Changes the route; if it throws, nothing changes.
  /// - Returns: What `body` returns.
  /// - Throws: What `body` throws.
  @discardableResult
  package func update<Result>(
    _ name: String,
    _ body: (inout ModelRoute) throws(WireError) -> Result
  ) throws(WireError) -> Result {
    try change { routes throws(WireError) in
      let index = routes.firstIndex { $0.name == name }
      var route =
        index.map { routes[$0] }
        ?? ModelRoute(name: name, handle: Self.routeHandle(name, among: routes))
      let result = try body(&route)
      if let index { routes.remove(at: index) }
      if !route.versions.isEmpty { routes.append(route) }
      return result
    }
  }

  /// Returns a handle for a version that is to be added, the same for a digest whenever it is free.
  package func artifactHandle(for digest: [UInt8]) -> ModelHandle {
    Self.artifactHandle(digest, among: snapshot().routes)
  }

  private func change<Result, Failure>(
    _ body: (inout [ModelRoute]) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    let (result, snapshot, observers) = try state.withLock { state throws(Failure) in
      var routes = state.snapshot.routes
      let result = try body(&routes)
      precondition(
        routes.count <= WireLimits.modelsInList,
        "a catalog holds at most \(WireLimits.modelsInList) models, not \(routes.count)")
      routes.sort { $0.name < $1.name }
      state.snapshot = CatalogSnapshot(
        generation: state.snapshot.generation + 1, routes: routes)
      changes.store(state.snapshot.generation, ordering: .releasing)
      return (result, state.snapshot, state.observers)
    }
    for observer in observers { observer(snapshot) }
    return result
  }

  private static func routeHandle(_ name: String, among routes: [ModelRoute]) -> ModelHandle {
    ModelHandle(route: name) { handle in routes.contains { $0.handle == handle } }
  }

  private static func artifactHandle(
    _ digest: [UInt8], among routes: [ModelRoute]
  ) -> ModelHandle {
    ModelHandle(artifact: digest) { handle in
      routes.contains { $0.versions.contains { $0.info.handle == handle } }
    }
  }
}
