internal import ApusCompute

extension NamedNet {
  /// Hidden layers over numbers and embeddings: `mlp`.
  public static let perceptron = NamedNet("mlp", "hidden layers over numbers and embeddings") {
    PerceptronNet(settings: $0)
  }
}

/// A multilayer perceptron over the numbers and the vectors of the identifiers side by side.
struct PerceptronNet: Layer {
  let settings: NetSettings

  func append(
    to input: Graph.NodeID,
    named name: String,
    in network: inout Network
  ) throws(ComputeError) -> Graph.NodeID {
    let parts = try FieldParts(of: settings, input, named: name, in: &network)
    return try settings.perceptron.append(
      to: parts.joined(in: &network), named: name, in: &network)
  }
}

/// The numbers and vectors of a row, for nets that use them more than once.
struct FieldParts {
  /// A node of rows x numeric columns, or nil where there are none.
  let numbers: Graph.NodeID?
  /// A node of rows x `embeddingWidth` for each field of identifiers.
  let vectors: [Graph.NodeID]

  /// Reads all fields of a net, its tables named `NAME.embeddings.0`, ...
  init(
    of settings: NetSettings, _ features: Graph.NodeID, named name: String,
    in network: inout Network
  ) throws(ComputeError) {
    let reader = FieldReader(features: features, fields: settings.fields)
    numbers = try reader.numbers(in: &network)
    vectors = try reader.vectors(
      width: settings.embeddingWidth, named: "\(name).embeddings", in: &network)
  }

  /// All parts side by side.
  func joined(in network: inout Network) throws(ComputeError) -> Graph.NodeID {
    try network.graph.join((numbers.map { [$0] } ?? []) + vectors, by: .concatenate)
  }
}

extension NetSettings {
  /// The hidden layers and the output.
  var perceptron: Sequential {
    Sequential {
      for layer in hiddenLayers.layers { layer }
      Dense(outputs)
    }
  }

  /// The hidden layers, each with its dropout.
  var hiddenLayers: Sequential {
    Sequential {
      for units in hidden {
        Dense(units, activation: activation)
        if dropout > 0 { Dropout(dropout) }
      }
    }
  }
}
