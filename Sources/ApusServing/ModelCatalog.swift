public import ApusWire
import Synchronization

/// The models that a server serves now, by name and by handle.
///
/// A change replaces the whole catalog at once; a request that has found its model keeps it.
public final class ModelCatalog: Sendable {
  /// One model, with the description that clients see.
  struct Entry: Sendable {
    let model: any ServedModel
    let info: ModelInfo
  }

  private struct Snapshot {
    var byHandle: [ModelHandle: Entry] = [:]
    var byName: [String: Entry] = [:]
    var list = ModelList(entries: [])
  }

  private let snapshot = Mutex(Snapshot())

  /// Creates a catalog.
  ///
  /// - Parameter models: The models; their names differ.
  public init(_ models: [any ServedModel] = []) {
    replace(with: models)
  }

  /// Replaces all models at once.
  ///
  /// - Parameter models: The models; their names differ.
  public func replace(with models: [any ServedModel]) {
    precondition(
      models.count <= WireLimits.modelsInList,
      "a catalog holds at most \(WireLimits.modelsInList) models, not \(models.count)"
    )
    var next = Snapshot()
    for model in models {
      var info = model.info
      info.handle = Self.handle(for: info.digest) { next.byHandle[$0] != nil }
      let entry = Entry(model: model, info: info)
      precondition(next.byName[info.name] == nil, "two models are named '\(info.name)'")
      next.byHandle[info.handle] = entry
      next.byName[info.name] = entry
    }
    next.list.entries = next.byName.values
      .map { ModelList.Entry(handle: $0.info.handle, name: $0.info.name, version: $0.info.version) }
      .sorted { $0.name < $1.name }
    let replacement = next
    snapshot.withLock { $0 = replacement }
  }

  /// The models, in ascending order of name.
  public var list: ModelList { snapshot.withLock { $0.list } }

  /// Returns the description of a model, or `nil` if there is none of that name.
  public func info(named name: String) -> ModelInfo? {
    snapshot.withLock { $0.byName[name]?.info }
  }

  func entry(for handle: ModelHandle) -> Entry? {
    snapshot.withLock { $0.byHandle[handle] }
  }

  /// Derives a handle from the first bytes of a digest, so that it survives a restart.
  private static func handle(
    for digest: [UInt8],
    isTaken: (ModelHandle) -> Bool
  ) -> ModelHandle {
    var number = digest.prefix(4).reversed().reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
    while number == 0 || isTaken(ModelHandle(rawValue: number)) { number &+= 1 }
    return ModelHandle(rawValue: number)
  }
}
