import ApusCompute
import ApusNN
import Testing

/// Layers and their gradients beside PyTorch, on every device.
///
/// Element i of tensor s holds `((7 i² + 13 i + 29 s) mod 23 - 11) / 16`: tensor 0 is the input,
/// 1 and on are the parameters in the order of `Network.parameters`, and 99 is the gradient of the
/// results. PyTorch was given the same numbers, transposed to where it has them, packed sequences
/// and padding masks.
@Suite("Layers beside PyTorch")
struct LayerParityTests {
  /// A layer on three rows of identifiers, or on rows of numbers.
  struct Case: CustomTestStringConvertible {
    let name: String
    /// The rows and columns of numbers; nil for the identifiers.
    var numbers: (rows: Int, columns: Int)?
    let layer: any Layer
    let expected: [[Double]]

    var testDescription: String { name }
  }

  private static let identifiers: [Float] = [3, 1, 4, 1, 2, 0, -1, -1, 4, -1, -1, -1]

  /// A layer over steps of vectors of five identifiers.
  private static func sequence(
    _ name: String, width: Int, _ expected: [[Double]], _ layer: some Layer
  ) -> Case {
    let stack = Sequential {
      SequenceEmbedding(vocabulary: 5, width: width)
      layer
    }
    return Case(name: name, layer: stack, expected: expected)
  }

  private static func bag(
    _ combiner: Lookup.Combiner, _ expected: [[Double]]
  ) -> Case {
    Case(
      name: "embedding bag, \(combiner)",
      layer: Embedding(vocabulary: 5, width: 3, combiner: combiner), expected: expected)
  }

  private static let cases: [Case] = [
    Case(
      name: "dense", numbers: (3, 4), layer: Dense(3, activation: .tanh),
      expected: PyTorchNumbers.dense),
    bag(.sum, PyTorchNumbers.embeddingBagSum), bag(.mean, PyTorchNumbers.embeddingBagMean),
    sequence("GRU, last state", width: 2, PyTorchNumbers.gruLast, GRU(2)),
    sequence("GRU, all states", width: 2, PyTorchNumbers.gruSteps, GRU(2, returnsSteps: true)),
    sequence("LSTM, last state", width: 2, PyTorchNumbers.lstmLast, LSTM(2)),
    sequence("LSTM, all states", width: 2, PyTorchNumbers.lstmSteps, LSTM(2, returnsSteps: true)),
    Case(
      name: "Conv1D", numbers: (2, 10),
      layer: Sequential {
        Reshape(5, 2)
        Conv1D(3, window: 3, padding: .same)
      }, expected: PyTorchNumbers.conv1D),
    Case(
      name: "Conv2D, maximum", numbers: (2, 40),
      layer: Sequential {
        Reshape(4, 5, 2)
        Conv2D(3, window: 2)
        Pooling(.maximum, window: 2, stride: 1)
      }, expected: PyTorchNumbers.conv2D),
    sequence("greatest of steps", width: 3, PyTorchNumbers.maximum, GlobalPooling(.maximum)),
    sequence("mean of steps", width: 3, PyTorchNumbers.mean, GlobalPooling(.mean)),
    sequence("attention", width: 4, PyTorchNumbers.attention, MultiHeadAttention(heads: 2)),
    sequence(
      "causal attention", width: 4, PyTorchNumbers.causal,
      MultiHeadAttention(heads: 2, isCausal: true)),
    sequence(
      "encoder block", width: 4, PyTorchNumbers.encoder, TransformerEncoder(heads: 2, hidden: 3)),
    Case(
      name: "LayerNorm", numbers: (3, 4), layer: LayerNorm(), expected: PyTorchNumbers.layerNorm),
    Case(
      name: "BatchNorm", numbers: (5, 4), layer: BatchNorm(), expected: PyTorchNumbers.batchNorm),
  ]

  private static func values(_ count: Int, _ tensor: Int) -> [Float] {
    (0..<count).map { Float((7 * $0 * $0 + 13 * $0 + 29 * tensor) % 23 - 11) / 16 }
  }

  @Test("results and gradients", arguments: cases, BackendUnderTest.all)
  func parity(_ test: Case, _ target: BackendUnderTest) throws {
    let rows = test.numbers?.rows ?? 3
    let network = try Network(inputs: test.numbers?.columns ?? 4, test.layer)
    var graph = network.graph
    let shape = graph[network.logits].shape
    let upstream = try graph.add(.input(name: "upstream", shape: shape), [])
    let trained = network.parameters.filter(\.isTrained)
    let sources = (test.numbers == nil ? [] : [network.features]) + trained.map(\.node)
    graph.outputs =
      [network.logits]
      + (try graph.gradients(
        of: network.logits, upstream: upstream, withRespectTo: sources))
    var variables: [String: [Float]] = [:]
    for (index, parameter) in network.parameters.enumerated() {
      variables[parameter.variable.name] = Self.values(parameter.variable.count, index + 1)
    }
    let input = test.numbers.map { Self.values($0.rows * $0.columns, 0) } ?? Self.identifiers
    let outputs = try target.run(
      graph, rows: rows, inputs: [input, Self.values(shape.count(batchSize: rows), 99)],
      variables: variables
    ).outputs
    #expect(outputs.map(\.count) == test.expected.map(\.count))
    for (index, (output, expected)) in zip(outputs, test.expected).enumerated() {
      #expect(worstError(output, expected) < 1e-5, "tensor \(index) on \(target.name)")
    }
  }

  @Test("a mask is found through layers that keep the steps, and ends with them")
  func lengths() throws {
    func count(_ isLength: Bool, _ layers: [any Layer]) throws -> Int {
      let network = try Network(
        inputs: 6,
        Sequential {
          SequenceEmbedding(vocabulary: 5, width: 4)
          for layer in layers { layer }
        })
      return network.graph.nodes.count {
        guard case .sequence(let operation) = $0.operation else { return false }
        return isLength
          ? operation == .length : $0.operands.count > operation.requiredOperandCount
      }
    }
    let through: [any Layer] = [
      Dense(8), LayerNorm(), PositionalEncoding(.learned), TransformerEncoder(heads: 2, hidden: 3),
      Conv1D(4, window: 3, padding: .same), GRU(3, returnsSteps: true), GlobalPooling(.mean),
    ]
    // The attention, the tape and its states, the pool: all read one node of lengths.
    #expect(try count(true, through) == 1)
    #expect(try count(false, through) == 4)
    let other: [any Layer] = [Conv1D(4, window: 3), GlobalPooling(.mean)]
    #expect(try count(true, other) == 0)
    let again: [any Layer] = [GRU(12), Reshape(6, 2), GRU(3)]
    #expect(try count(false, again) == 2)
  }

  @Test("waves and parts are what they say")
  func initializers() {
    let waves = Initializer.waves.values(shape: .fixed(3, 4), seed: 1, stream: 1)
    let expected: [Double] = [
      0, 1, 0, 1, 0.84147098, 0.54030231, 0.00999983, 0.99995, 0.90929743, -0.41614684, 0.01999867,
      0.99980001,
    ]
    #expect(worstError(waves, expected) < 1e-7)
    let parts = Initializer.parts([0, 1, 0, 2]).values(shape: .fixed(8), seed: 1, stream: 1)
    #expect(parts == [0, 0, 1, 1, 0, 0, 2, 2])
    let network = try? Network(
      inputs: 2,
      Sequential {
        Reshape(1, 2)
        PositionalEncoding(.waves)
      })
    #expect(network?.parameters.map(\.isTrained) == [false])
  }
}
