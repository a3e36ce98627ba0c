internal import ApusCompute
internal import ApusNN

extension LayerEntry {
  /// Layers over the steps of a row, rows x steps x channels, and over pictures.
  static let overSteps = [
    LayerEntry("attention", bare: "heads") { (options) throws(NetFileError) in
      MultiHeadAttention(
        heads: try options.integer("heads"), isCausal: try options.flag("causal", or: false))
    },
    LayerEntry("conv1d") { (options) throws(NetFileError) in
      Conv1D(
        try options.integer("filters"), window: try options.integer("window"),
        stride: try options.integer("stride", or: 1),
        padding: try options.choice("padding", or: .valid),
        activation: try options.choice("activation", or: .identity))
    },
    LayerEntry("conv2d") { (options) throws(NetFileError) in
      Conv2D(
        try options.integer("filters"), window: try options.integer("window"),
        stride: try options.integer("stride", or: 1),
        padding: try options.choice("padding", or: .valid),
        activation: try options.choice("activation", or: .identity))
    },
    LayerEntry("global-pooling", bare: "kind") { (options) throws(NetFileError) in
      GlobalPooling(try options.choice("kind", or: .maximum))
    },
    LayerEntry("gru", bare: "units") { (options) throws(NetFileError) in
      GRU(try options.integer("units"), returnsSteps: try options.flag("steps", or: false))
    },
    LayerEntry("lstm", bare: "units") { (options) throws(NetFileError) in
      LSTM(try options.integer("units"), returnsSteps: try options.flag("steps", or: false))
    },
    LayerEntry("pooling") { (options) throws(NetFileError) in
      let window = try options.integer("window")
      return Pooling(
        try options.choice("kind", or: .maximum), window: window,
        stride: try options.integer("stride", or: window))
    },
    LayerEntry("positional-encoding", bare: "source") { (options) throws(NetFileError) in
      let isLearned = try options.value("source")?.choice(of: ["waves", "learned"]) ?? 1 == 1
      return PositionalEncoding(isLearned ? .learned : .waves)
    },
    LayerEntry("reshape", bare: "extents") { (options) throws(NetFileError) in
      Reshape(extents: try options.required("extents")?.integers() ?? [1])
    },
    LayerEntry("transformer-encoder") { (options) throws(NetFileError) in
      TransformerEncoder(
        heads: try options.integer("heads"), hidden: try options.integer("hidden"),
        dropout: try options.value("dropout")?.rate() ?? 0,
        isCausal: try options.flag("causal", or: false))
    },
  ]
}

extension FileNode {
  /// A list of positive numbers.
  fileprivate func integers() throws(NetFileError) -> [Int] {
    guard let list, 1...3 ~= list.count else {
      throw error(.wrongValue, expected: "one to three extents, such as [50, 8]")
    }
    return try list.map { item throws(NetFileError) in try item.integer(in: 1...65_536) }
  }
}
