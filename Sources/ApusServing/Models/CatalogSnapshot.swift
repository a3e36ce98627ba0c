public import ApusWire

/// All routes as they are at one moment.
///
/// It never changes, so a thread that holds one asks without a lock, and all that it asks in a turn
/// is answered from one moment.
public final class CatalogSnapshot: Sendable {
  /// The number of changes before this moment.
  public let generation: Int

  /// The routes, in ascending order of name.
  public let routes: [ModelRoute]

  /// The names, with the route handles and the stable versions.
  public let list: ModelList

  private let routeOfHandle: HandleIndex<Int>
  private let routeOfName: [String: Int]
  private let versionOfHandle: HandleIndex<ModelVersion>

  init(generation: Int = 0, routes: [ModelRoute] = []) {
    self.generation = generation
    self.routes = routes
    list = ModelList(
      entries: routes.compactMap { route in
        route.stable.map {
          ModelList.Entry(handle: route.handle, name: route.name, version: $0.info.version)
        }
      })
    routeOfHandle = HandleIndex(zip(routes.map(\.handle), routes.indices))
    routeOfName = Dictionary(uniqueKeysWithValues: zip(routes.map(\.name), routes.indices))
    versionOfHandle = HandleIndex(routes.flatMap(\.versions).map { ($0.info.handle, $0) })
  }

  /// Finds the version that answers a request.
  ///
  /// - Parameters:
  ///   - handle: The handle of the request, of a route or of an artifact.
  ///   - routingKey: What the request is routed by, if it says; an artifact handle ignores it.
  /// - Returns: The version, or nil if the handle means nothing now.
  public func resolve(_ handle: ModelHandle, routingKey: UInt64? = nil) -> ModelVersion? {
    guard handle.isRoute else { return versionOfHandle[handle] }
    return routeOfHandle[handle].flatMap { routes[$0].resolve(routingKey: routingKey) }
  }

  /// Returns the route of a name, or nil if there is none.
  public func route(named name: String) -> ModelRoute? { routeOfName[name].map { routes[$0] } }

  /// Describes a model.
  ///
  /// - Parameters:
  ///   - name: The name of the model.
  ///   - version: A loaded version; "" for the stable one, with the handle that follows it.
  /// - Returns: The description, or nil if there is no such model or version.
  public func info(name: String, version: String = "") -> ModelInfo? {
    guard let route = route(named: name) else { return nil }
    guard version.isEmpty else { return route.version(version)?.info }
    var info = route.stable?.info
    info?.handle = route.handle
    return info
  }
}

/// Values by handle, found by bisection: a few comparisons, where a dictionary would hash.
private struct HandleIndex<Value: Sendable>: Sendable {
  private let handles: [UInt32]
  private let values: [Value]

  init(_ pairs: some Sequence<(ModelHandle, Value)>) {
    let sorted = pairs.sorted { $0.0.rawValue < $1.0.rawValue }
    handles = sorted.map(\.0.rawValue)
    values = sorted.map(\.1)
  }

  subscript(handle: ModelHandle) -> Value? {
    var range = handles.indices
    while !range.isEmpty {
      let middle = range.lowerBound + range.count / 2
      if handles[middle] == handle.rawValue { return values[middle] }
      range =
        handles[middle] < handle.rawValue
        ? middle + 1..<range.upperBound : range.lowerBound..<middle
    }
    return nil
  }
}
