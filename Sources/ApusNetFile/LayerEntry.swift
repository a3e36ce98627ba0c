internal import ApusCompute
internal import ApusNN

/// A layer as files name it.
struct LayerEntry: Sendable {
  /// The name in files.
  let name: String
  /// The option that a value without a key is for: `dense: 64` is `dense: {units: 64}`.
  let bareOption: String?
  /// Reads the layer's options.
  let make: @Sendable (inout Options) throws(NetFileError) -> any Layer

  init(
    _ name: String, bare bareOption: String? = nil,
    _ make: @escaping @Sendable (inout Options) throws(NetFileError) -> any Layer
  ) {
    self.name = name
    self.bareOption = bareOption
    self.make = make
  }

  /// All layers by name; a new one is an entry in one of two tables and a line in `NetFile`.
  static let all = (overRows + overSteps).sorted { $0.name < $1.name }

  /// Layers over the columns of a row.
  private static let overRows = [
    LayerEntry("activation", bare: "function") { (options) throws(NetFileError) in
      try options.choice("function", or: Activation.relu)
    },
    LayerEntry("batch-norm") { (options) throws(NetFileError) in
      BatchNorm(
        momentum: try options.share("momentum", or: 0.99),
        epsilon: try options.positive("epsilon", or: 1e-3))
    },
    LayerEntry("cross", bare: "layers") { (options) throws(NetFileError) in
      Cross(layers: try options.integer("layers", in: 1...64))
    },
    LayerEntry("dense", bare: "units") { (options) throws(NetFileError) in
      Dense(
        try options.integer("units"),
        activation: try options.choice("activation", or: .identity),
        weightInitializer: try options.initializer("initializer", or: .glorotUniform),
        biasInitializer: try options.initializer("bias-initializer", or: .zeros))
    },
    LayerEntry("dropout", bare: "rate") { (options) throws(NetFileError) in
      Dropout(try options.required("rate")?.rate() ?? 0)
    },
    LayerEntry("layer-norm") { (options) throws(NetFileError) in
      LayerNorm(epsilon: try options.positive("epsilon", or: 1e-5))
    },
    LayerEntry("residual", bare: "layers") { (options) throws(NetFileError) in
      let layers = try options.required("layers")?.layers() ?? []
      return Residual { for layer in layers { layer } }
    },
    LayerEntry("sum") { (_) throws(NetFileError) in RowSum() },
  ]
}

extension Options {
  /// A number from 0 to 1, or `fallback` where the key is not there.
  fileprivate mutating func share(
    _ key: String, or fallback: Float
  ) throws(NetFileError) -> Float {
    try value(key)?.number("a number from 0 to 1") { 0...1 ~= $0 } ?? fallback
  }
}

extension FileNode {
  /// A number from 0 to below 1.
  ///
  /// - Throws: `NetFileError` where it is none.
  func rate() throws(NetFileError) -> Float {
    try number("a number from 0 to below 1") { 0..<1 ~= $0 }
  }

  /// Reads a list of layers.
  ///
  /// - Throws: `NetFileError` where there is none, or one is wrong.
  func layers() throws(NetFileError) -> [any Layer] {
    var layers: [any Layer] = []
    for item in try items() { layers.append(try item.name.layer(item.options)) }
    return layers
  }

  /// The names of a list of layers, each with what follows it.
  ///
  /// - Throws: `NetFileError` where there is no list, or an item of it has no one name.
  func items() throws(NetFileError) -> [(name: FileNode, options: FileNode?)] {
    guard let list, !list.isEmpty else {
      throw error(.wrongValue, expected: "a list of layers, such as [dense: 64]")
    }
    return try list.map { item throws(NetFileError) in
      if item.text != nil { return (item, nil) }
      guard let entries = item.entries, entries.count == 1 else {
        let found = item.entries.map { "\($0.count) keys: indent options deeper than the name" }
        throw item.error(.wrongValue, expected: "one layer, such as dense: 64", found: found)
      }
      return (entries[0].key, entries[0].value)
    }
  }

  /// Reads the layer of this name, which says where it stands when it does not fit.
  ///
  /// - Throws: `NetFileError` where there is none of that name, or its options are wrong.
  func layer(_ value: FileNode?) throws(NetFileError) -> any Layer {
    // The output is a step of its own, but whoever asks wants to read of it among the layers.
    let names = LayerEntry.all.map(\.name)
    guard text != "output" else {
      throw error(.wrongValue, expected: "output among a part's own layers")
    }
    let entry = LayerEntry.all[try choice(of: names + ["output"])]
    var options = try Options(of: self, value, bareOption: entry.bareOption)
    let layer = try entry.make(&options)
    try options.finish()
    return PlacedLayer(layer, named: entry.name, at: place)
  }
}
