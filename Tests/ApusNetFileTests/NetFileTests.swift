import ApusCompute
import ApusNN
import ApusNetFile
import Testing

/// Files become the nets that they describe.
@Suite("Nets from files")
struct NetFileTests {
  /// Three numbers, an identifier, three identifiers of a set, another number.
  static let fields = [
    InputField(name: "numbers", columns: 0..<3, kind: .numeric),
    InputField(name: "item", columns: 3..<4, kind: .identifiers(vocabulary: 7)),
    InputField(name: "tags", columns: 4..<7, kind: .sequence(vocabulary: 11)),
    InputField(name: "price", columns: 7..<8, kind: .numeric),
  ]

  static func network(
    _ text: String, outputs: Int = 1, fields: [InputField] = fields
  ) throws -> Network {
    let net = NamedNet(describedBy: try NetFile.parse(text, file: "net.yaml"), named: "net.yaml")
    return try net.network(NetSettings(fields: fields, outputs: outputs))
  }

  /// Names by order instead of by place, and equal nodes only once.
  private static func canonical(_ network: Network) throws -> Graph {
    let names = Dictionary(
      uniqueKeysWithValues: network.parameters.enumerated().map { ($1.variable.name, "\($0)") })
    var graph = Graph()
    var places: [Graph.NodeID] = []
    for node in network.graph.nodes {
      var operation = node.operation
      if case .variable(let variable) = operation {
        operation = .variable(Variable(name: try #require(names[variable.name]), shape: node.shape))
      }
      let operands = node.operands.map { places[$0] }
      let known = graph.nodes.firstIndex { $0.operation == operation && $0.operands == operands }
      places.append(try known ?? graph.add(operation, operands))
    }
    graph.outputs = network.graph.outputs.map { places[$0] }
    return graph
  }

  private static let perceptron = """
    parts:
      numbers: {columns: numeric}
      embeddings: {columns: identifiers, embedding: 4}
    output:
      from: [numbers, embeddings]
      layers:
        - dense: {units: 9, activation: relu}
        - dropout: 0.25
        - dense: {units: 5, activation: relu}
        - dropout: 0.25
    """

  private static let deepCross = """
    parts:
      numbers: {columns: numeric}
      embeddings: {columns: identifiers, embedding: 4}
      row: {from: [numbers, embeddings]}
      deep:
        from: row
        layers:
          - dense: {units: 9, activation: relu}
          - dense: {units: 5, activation: relu}
      cross: {from: row, layers: [cross: 2]}
    output: {from: [deep, cross]}
    """

  private static let deepFM = """
    parts:
      numbers: {columns: numeric}
      embeddings: {columns: identifiers, embedding: 4}
      deep:
        from: [numbers, embeddings]
        layers:
          - dense: {units: 9, activation: relu}
          - dense: {units: 5, activation: relu}
          - output
      weights: {columns: identifiers, embedding: {width: outputs, initializer: zeros}}
      wide: {from: numbers, layers: [output]}
      linear: {from: [wide, weights], combine: add}
      pairs: {from: [embeddings, numbers], combine: fm, layers: [sum]}
    output: {from: [deep, linear, pairs], combine: add, head: none}
    """

  @Test(
    "mlp, dcn and deepfm as files are the nets of those names",
    arguments: [("mlp", perceptron), ("dcn", deepCross), ("deepfm", deepFM)])
  func named(_ name: String, _ text: String) throws {
    var settings = NetSettings(fields: Self.fields, outputs: 1)
    settings.hidden = [9, 5]
    settings.embeddingWidth = 4
    settings.crossLayers = 2
    settings.dropout = name == "mlp" ? 0.25 : 0
    let expected = try #require(NamedNet(named: name)).network(settings)
    let found = try Self.network(text)
    #expect(try Self.canonical(found) == Self.canonical(expected))
    #expect(found.parameters.map(\.initializer) == expected.parameters.map(\.initializer))
    // So training begins with the same bits.
    #expect(
      found.initialValues(seed: 7).map(\.values) == expected.initialValues(seed: 7).map(\.values))
    let tables = ["layers.embeddings.1.weight", "layers.embeddings.2.weight"]
    let names = expected.parameters.map(\.variable.name)
    if name == "mlp" {
      #expect(
        found.parameters.map { $0.variable.name.replacing(".columns.", with: ".") } == names)
      #expect(names.starts(with: tables))
    }
  }

  @Test(
    "each layer and its options",
    arguments: [
      ("activation: tanh", Activation.tanh), ("activation", Activation.relu),
      ("batch-norm", BatchNorm()),
      ("batch-norm: {momentum: 0.5, epsilon: 0.25}", BatchNorm(momentum: 0.5, epsilon: 0.25)),
      ("cross: 3", Cross(layers: 3)), ("dense: 6", Dense(6)),
      (
        "dense: {units: 6, activation: gelu, initializer: he-normal,"
          + " bias-initializer: {constant: 2}}",
        Dense(
          6, activation: .gelu, weightInitializer: .heNormal, biasInitializer: .constant(2))
      ),
      ("dropout: {rate: 0.5}", Dropout(0.5)), ("layer-norm", LayerNorm()),
      ("layer-norm: {epsilon: 0.5}", LayerNorm(epsilon: 0.5)),
      (
        "residual: [dense: 4, layer-norm]",
        Residual {
          Dense(4)
          LayerNorm()
        }
      ),
      ("sum", RowSum()),
    ] as [(String, any Layer)])
  func layers(_ text: String, _ layer: any Layer) throws {
    let found = try Self.network(
      "output:\n  columns: numeric\n  layers:\n    - \(text)",
      fields: [InputField(name: "x", columns: 0..<4, kind: .numeric)])
    let expected = try Network(
      inputs: 4,
      Sequential {
        layer
        Dense(1)
      })
    #expect(found.graph == expected.graph)
    #expect(found.parameters == expected.parameters)
  }

  @Test(
    "each layer over steps and its options",
    arguments: [
      ("attention: 2", MultiHeadAttention(heads: 2)),
      ("attention: {heads: 4, causal: true}", MultiHeadAttention(heads: 4, isCausal: true)),
      ("conv1d: {filters: 3, window: 2}", Conv1D(3, window: 2)),
      (
        "conv1d: {filters: 3, window: 2, stride: 2, padding: same, activation: relu}",
        Conv1D(3, window: 2, stride: 2, padding: .same, activation: .relu)
      ),
      ("gru: 5", GRU(5)), ("gru: {units: 5, steps: true}", GRU(5, returnsSteps: true)),
      ("lstm: 5", LSTM(5)), ("lstm: {units: 5, steps: true}", LSTM(5, returnsSteps: true)),
      ("pooling: {window: 2}", Pooling(.maximum, window: 2)),
      ("pooling: {window: 3, kind: mean, stride: 1}", Pooling(.mean, window: 3, stride: 1)),
      ("positional-encoding", PositionalEncoding(.learned)),
      ("positional-encoding: waves", PositionalEncoding(.waves)),
      ("transformer-encoder: {heads: 2, hidden: 6}", TransformerEncoder(heads: 2, hidden: 6)),
      (
        "transformer-encoder: {heads: 2, hidden: 6, dropout: 0.5, causal: true}",
        TransformerEncoder(heads: 2, hidden: 6, dropout: 0.5, isCausal: true)
      ),
      (
        "residual: [reshape: [4, 2, 2], conv2d: {filters: 2, window: 3, padding: same},"
          + " reshape: [4, 4]]",
        Residual {
          Reshape(4, 2, 2)
          Conv2D(2, window: 3, padding: .same)
          Reshape(4, 4)
        }
      ),
    ] as [(String, any Layer)])
  func layersOverSteps(_ text: String, _ layer: any Layer) throws {
    for kind in [Pool.maximum, .mean] {
      let isSummary = text == "gru: 5" || text == "lstm: 5"
      let pooling = isSummary ? "" : "\n    - global-pooling: \(kind.rawValue)"
      let found = try Self.network(
        "output:\n  columns: sequences\n  embedding: {width: 4, combine: steps}\n  layers:\n"
          + "    - \(text)\(pooling)",
        fields: [InputField(name: "x", columns: 0..<4, kind: .sequence(vocabulary: 9))])
      let expected = try Network(
        inputs: 4,
        Sequential {
          SequenceEmbedding(vocabulary: 9, width: 4)
          Sequential {
            layer
            if !isSummary { GlobalPooling(kind) }
            Dense(1)
          }
        })
      #expect(try Self.canonical(found) == Self.canonical(expected))
      #expect(found.parameters.map(\.initializer) == expected.parameters.map(\.initializer))
    }
  }

  @Test(
    "each initializer",
    arguments: [
      ("zeros", .zeros), ("ones", .ones), ("{constant: -2}", .constant(-2)),
      ("{uniform: 0.5}", .uniform(limit: 0.5)), ("{normal: 0.25}", .normal(deviation: 0.25)),
      ("{truncated-normal: 1e-1}", .truncatedNormal(deviation: 0.1)),
      ("glorot-uniform", .glorotUniform), ("glorot-normal", .glorotNormal),
      ("he-uniform", .heUniform), ("he-normal", .heNormal), ("lecun-uniform", .lecunUniform),
      ("lecun-normal", .lecunNormal), ("orthogonal", .orthogonal(gain: 1)),
      ("{orthogonal: 2}", .orthogonal(gain: 2)),
    ] as [(String, Initializer)])
  func initializers(_ text: String, _ initializer: Initializer) throws {
    let found = try Self.network(
      "output: {columns: numeric, layers: [dense: {units: 3, initializer: \(text)}]}")
    #expect(found.parameters[0].initializer == initializer)
  }

  @Test("parts are combined in each way, and columns are chosen by kind or by name")
  func parts() throws {
    for combination in ["add", "multiply"] {
      let network = try Self.network(
        """
        parts:
          tags: {columns: sequences, embedding: {width: 3, combine: sum}}
          item: {columns: [item], embedding: 3}
          numbers: {columns: [numbers]}
        output: {from: [tags, item, numbers], combine: \(combination)}
        """)
      let operations = network.graph.nodes.map { "\($0.operation)" }
      #expect(operations.count { $0 == combination } == (combination == "add" ? 3 : 2))
      #expect(operations.contains("embedding bag, sum"))
      #expect(network.parameters[0].variable.name == "layers.tags.columns.2.weight")
      #expect(network.parameters[0].variable.shape == .fixed(11, 3))
      #expect(network.parameters[1].variable.shape == .fixed(7, 3))
      #expect(network.parameterCount == (7 + 11) * 3 + 3 + 1)
    }
    let dot = try Self.network(
      """
      parts:
        item: {columns: [item], embedding: 5}
        row: {columns: [price, numbers], layers: [dense: 5]}
      output: {from: [item, row], combine: dot, head: none}
      """)
    #expect(dot.parameterCount == 7 * 5 + 4 * 5 + 5)
    let error = #expect(throws: ComputeError.self) {
      try Self.network(
        "output: {columns: sequences, embedding: {width: 4, combine: steps}, head: none}")
    }
    #expect(error?.description.hasSuffix("found rows x 3 x 4") == true)
  }

  @Test("no two parameters have one name, though a part has tables and layers")
  func names() throws {
    let network = try Self.network(
      """
      parts:
        item: {columns: [item], embedding: 4, layers: [dense: 3, dense: 3]}
        wide: {columns: [tags], embedding: 3}
        both: {from: [item, wide], combine: multiply, layers: [dense: 2]}
      output: {from: both, layers: [dense: 2]}
      """)
    let names = network.parameters.map(\.variable.name)
    #expect(Set(names).count == names.count, "\(names)")
    #expect(names.count == 2 + 5 * 2)
    let direct = try Self.network(
      "output: {columns: identifiers, embedding: 4, layers: [dense: 3]}")
    #expect(Set(direct.parameters.map(\.variable.name)).count == 2 + 2 * 2)
  }

  @Test("a part of columns that are not there is left out")
  func absentColumns() throws {
    let numbers = [InputField(name: "price", columns: 0..<2, kind: .numeric)]
    let found = try Self.network(Self.deepCross, fields: numbers)
    #expect(found.parameterCount == (2 * 9 + 9 + 9 * 5 + 5) + 2 * (4 + 2) + (5 + 2) + 1)
    let identifiers = try Self.network(Self.deepFM, fields: [Self.fields[1]])
    #expect(identifiers.graph[identifiers.logits].shape == .batch(1))
  }
}
