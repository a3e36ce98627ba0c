import ApusWire

extension CatalogSnapshot {
  /// The routes that lead to another version than they did.
  ///
  /// - Parameter earlier: The models as the clients know them.
  /// - Returns: One message for each route that is new or changed.
  func changes(since earlier: CatalogSnapshot) -> [Push] {
    guard generation != earlier.generation else { return [] }
    return routes.compactMap { route in
      guard let stable = route.stable, stable !== earlier.route(named: route.name)?.stable else {
        return nil
      }
      return Push(
        kind: .modelChanged, route: route.handle, artifact: stable.info.handle,
        schemaHash: stable.info.schemaHash)
    }
  }
}
