import ApusCompute
import ApusNN
import Foundation
import Testing

/// The nets by name over numbers and identifiers, on every device.
@Suite("Nets by name")
struct NamedNetTests {
  /// Three numbers, an identifier, three identifiers of a set, another number.
  private static let fields = [
    InputField(name: "numbers", columns: 0..<3, kind: .numeric),
    InputField(name: "item", columns: 3..<4, kind: .identifiers(vocabulary: 7)),
    InputField(name: "tags", columns: 4..<7, kind: .sequence(vocabulary: 11)),
    InputField(name: "price", columns: 7..<8, kind: .numeric),
  ]

  private static func settings(outputs: Int = 1) -> NetSettings {
    var settings = NetSettings(fields: fields, outputs: outputs)
    settings.hidden = [9, 5]
    settings.embeddingWidth = 4
    settings.sequenceUnits = 8
    settings.crossLayers = 2
    settings.secondTower = ["item", "price"]
    return settings
  }

  private static func features(_ rows: Int, _ fixtures: inout Fixtures) -> [Float] {
    let numbers = fixtures.reals(rows * 8)
    let identifiers = fixtures.integers(rows * 8, limit: 20).map { abs($0) }
    return (0..<rows * 8).map { index in
      switch index % 8 {
      case 3: identifiers[index].truncatingRemainder(dividingBy: 8) - 1
      case 4..<7: identifiers[index].truncatingRemainder(dividingBy: 12) - 1
      default: numbers[index]
      }
    }
  }

  private static func variables(_ network: Network, _ fixtures: inout Fixtures) -> [String: [Float]]
  {
    var variables: [String: [Float]] = [:]
    for parameter in network.parameters {
      variables[parameter.variable.name] = fixtures.reals(parameter.variable.count)
    }
    return variables
  }

  @Test("outputs and gradients are right on every backend", arguments: BackendUnderTest.all)
  func backends(_ target: BackendUnderTest) throws {
    var fixtures = Fixtures(seed: 111)
    let rows = 21
    for net in NamedNet.all {
      let network = try net.network(Self.settings())
      var graph = network.graph
      let expected = try graph.add(.input(name: "target", shape: .batch(1)), [])
      let value = try graph.add(.loss(.binaryCrossEntropy), [network.logits, expected])
      graph.outputs =
        [network.logits]
        + (try graph.gradients(of: value, withRespectTo: network.parameters.map(\.node)))
      let inputs = [
        Self.features(rows, &fixtures), fixtures.reals(rows).map { $0 > 0 ? 1 : 0 },
      ]
      let variables = Self.variables(network, &fixtures)
      let outputs = try target.run(graph, rows: rows, inputs: inputs, variables: variables).outputs
      var reference = ReferenceInterpreter(
        graph, rows: rows, inputs: inputs.map(\.doubles),
        variables: variables.mapValues(\.doubles))
      for (output, expected) in zip(outputs, reference.run()) {
        #expect(worstError(output, expected) < 5e-6, "\(net.name) on \(target.name)")
      }
    }
  }

  @Test("a row's score has the same bits in any batch", arguments: BackendUnderTest.all)
  func batchInvariance(_ target: BackendUnderTest) throws {
    var fixtures = Fixtures(seed: 112)
    let features = Self.features(130, &fixtures)
    for net in NamedNet.all {
      let network = try net.network(Self.settings())
      let graph = try network.inferenceGraph(for: .binaryCrossEntropy)
      let store = try target.backend.makeVariables(graph.variables)
      for (name, values) in Self.variables(network, &fixtures) {
        try store.write(values.span, to: name)
      }
      let plan = try target.backend.compile(graph, batchCapacity: 130, variables: store)
      func score(_ rows: Range<Int>) throws -> [UInt32] {
        let rowFeatures = Array(features[rows.lowerBound * 8..<rows.upperBound * 8])
        plan.write(rowFeatures, toInput: 0, rows: rows.count)
        try plan.run(rows: rows.count)
        return try plan.output(0, rows: rows.count).map(\.bitPattern)
      }
      let whole = try score(0..<130)
      for rows in [0..<1, 7..<8, 3..<20, 65..<130] {
        #expect(try score(rows) == Array(whole[rows]), "\(net.name) \(rows) on \(target.name)")
      }
    }
  }

  @Test("the formulas, written out")
  func formulas() throws {
    var fixtures = Fixtures(seed: 113)
    let features = Self.features(1, &fixtures).doubles
    func logit(_ net: NamedNet) throws -> (Double, [String: [Double]]) {
      let network = try net.network(Self.settings())
      let variables = Self.variables(network, &fixtures).mapValues(\.doubles)
      var reference = ReferenceInterpreter(
        network.graph, rows: 1, inputs: [features], variables: variables)
      return (reference.run()[0][0], variables)
    }
    func vector(_ name: String, _ row: Double, width: Int, in v: [String: [Double]]) -> [Double] {
      let zeros = [Double](repeating: 0, count: width)
      guard row >= 0, let table = v[name] else { return zeros }
      return Array(table[Int(row) * width..<(Int(row) + 1) * width])
    }
    func mean(_ name: String, width: Int, in v: [String: [Double]]) -> [Double] {
      let rows = features[4..<7].filter { $0 >= 0 }
      let sums = rows.map { vector(name, $0, width: width, in: v) }
        .reduce([Double](repeating: 0, count: width)) { zip($0, $1).map(+) }
      return sums.map { $0 / Double(max(1, rows.count)) }
    }
    let numbers = Array(features[0..<3]) + [features[7]]
    func linear(_ name: String, _ v: [String: [Double]]) -> Double {
      zip(numbers, v["\(name).weight"] ?? []).reduce(0) { $0 + $1.0 * $1.1 }
        + (v["\(name).bias"] ?? [])[0]
        + vector("\(name).wide.1", features[3], width: 1, in: renamed(v))[0]
        + mean("\(name).wide.2", width: 1, in: renamed(v))[0]
    }
    func renamed(_ v: [String: [Double]]) -> [String: [Double]] {
      Dictionary(uniqueKeysWithValues: v.map { ($0.key.replacing(".weight", with: ""), $0.value) })
    }
    let (wide, w) = try logit(.linear)
    #expect(abs(wide - linear("layers", w)) < 1e-9)

    let (deep, d) = try logit(.deepFM)
    let v = renamed(d)
    var vectors = [
      vector("layers.embeddings.1", features[3], width: 4, in: v),
      mean("layers.embeddings.2", width: 4, in: v),
    ]
    let input = numbers + vectors[0] + vectors[1]
    for (index, number) in numbers.enumerated() {
      vectors.append((v["layers.pairs"] ?? [])[index * 4..<index * 4 + 4].map { $0 * number })
    }
    var pairs = 0.0
    for i in vectors.indices {
      for j in 0..<i { pairs += zip(vectors[i], vectors[j]).reduce(0) { $0 + $1.0 * $1.1 } }
    }
    var x = input
    for layer in 0..<3 {
      let bias = v["layers.deep.\(layer).bias"] ?? []
      let weight = v["layers.deep.\(layer)"] ?? []
      x = bias.indices.map { unit in
        let sum = x.indices.reduce(bias[unit]) { $0 + x[$1] * weight[$1 * bias.count + unit] }
        return layer < 2 ? max(0, sum) : sum
      }
    }
    #expect(abs(deep - (x[0] + linear("layers.linear", d) + pairs)) < 1e-9)
  }

  @Test("sizes: every table, weight and bias is counted")
  func sizes() throws {
    let deep = 12 * 9 + 9 + 9 * 5 + 5
    let linear = 4 + 1 + 7 + 11
    let tables = (7 + 11) * 4
    // Weights and biases of an encoder whose steps have 4 numbers, then what decides.
    let attention = 8 * 24 + 24 + 8 * 8 + 8
    let block = 16 + attention + 16 + 8 * 32 + 32 + 32 * 8 + 8
    func head(_ summary: Int) -> Int { (summary + 8) * 9 + 9 + 9 * 5 + 5 + 5 + 1 }
    let expected = [
      "linear": linear, "mlp": deep + 6 + tables, "wide-deep": deep + 6 + tables + linear,
      "deepfm": deep + 6 + tables + linear + 4 * 4,
      "dcn": deep + tables + 2 * (12 * 12 + 12) + (5 + 12) + 1,
      "two-tower": (7 * 9 + 9 + 50 + 30 + 11 * 4) + (5 * 9 + 9 + 50 + 30 + 7 * 4) + 1,
      "gru": tables + (4 + 8 + 2) * 24 + head(8), "lstm": tables + (4 + 8 + 2) * 32 + head(8),
      "text-cnn": tables + (3 + 4 + 5) * 4 * 8 + 3 * 8 + head(24),
      "transformer": tables + 4 * 8 + 8 + 3 * 8 + 2 * block + 16 + head(8),
    ]
    for net in NamedNet.all {
      let network = try net.network(Self.settings())
      #expect(network.parameterCount == expected[net.name], "\(net.name)")
      #expect(NamedNet(named: net.name)?.name == net.name)
    }
    #expect(NamedNet(named: "nothing") == nil)
  }

  @Test("several classes, numbers alone, identifiers alone, and back from JSON")
  func variations() throws {
    for net in NamedNet.all where net.name != "two-tower" {
      let alone = [Self.fields[..<1], Self.fields[1..<2], Self.fields[2..<3]].map(Array.init)
      for fields in [Self.fields] + alone {
        let needsSequence = NamedNet.ofSequences.contains { $0.name == net.name }
        if needsSequence && !fields.contains(Self.fields[2]) { continue }
        var settings = Self.settings(outputs: 3)
        settings.fields = fields
        let graph = try net.network(settings).inferenceGraph(for: .softmaxCrossEntropy)
        #expect(graph[graph.outputs[0]].shape == .batch(3), "\(net.name)")
        let data = try JSONEncoder().encode(graph)
        #expect(try JSONDecoder().decode(Graph.self, from: data) == graph, "\(net.name)")
      }
    }
    for net in NamedNet.ofSequences {
      let error = #expect(throws: ComputeError.self) {
        try net.network(NetSettings(fields: Array(Self.fields[..<2]), outputs: 1))
      }
      let message = error?.message ?? ""
      for words in ["\(net.name) reads a sequence", "numbers, item", "--columns items=sequence"] {
        #expect(message.contains(words), "\(message)")
      }
    }
    var uneven = Self.settings()
    uneven.sequenceUnits = 6
    #expect(throws: ComputeError.self) { try NamedNet.transformer.network(uneven) }
    #expect(throws: ComputeError.self) { try NamedNet.twoTower.network(Self.settings(outputs: 3)) }
    var oneTower = Self.settings()
    oneTower.secondTower = []
    #expect(throws: ComputeError.self) { try NamedNet.twoTower.network(oneTower) }
  }

  @Test("layers in Swift: branches and residuals")
  func layers() throws {
    let network = try Network(
      inputs: 3,
      Sequential {
        Branches(.concatenate) {
          Slice(0..<2)
          Sequential {
            Slice(2..<3)
            Embedding(vocabulary: 4, width: 2, initializer: .ones)
          }
        }
        Residual { Dense(4, weightInitializer: .constant(2)) }
        Branches(.dot) {
          Slice(0..<2)
          Slice(2..<4)
        }
      })
    var reference = ReferenceInterpreter(
      network.graph, rows: 2, inputs: [[1, 2, 3, 1, 2, -1]],
      variables: Dictionary(
        uniqueKeysWithValues: network.initialValues(seed: 1).map { ($0.name, $0.values.doubles) }))
    // 1 2 1 1 with a doubled sum of 10 gives 11 12 11 11; 1 2 0 0 with 6 gives 7 8 6 6.
    #expect(reference.run() == [[253, 90]])
  }
}
