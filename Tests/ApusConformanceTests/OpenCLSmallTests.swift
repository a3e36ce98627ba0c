import ApusCompute
import ApusNN
import ApusOpenCL
import Testing

/// Every kernel once, on a few elements.
///
/// That is little enough for a simulated device that watches each access. The tests run one after
/// the other, since such a device takes calls from one thread at a time.
@Suite("OpenCL, each kernel once", .enabled(if: OpenCLDevice.isPresent), .serialized)
struct OpenCLSmallTests {
  private static let shapes = [(3, 5, 7), (17, 34, 18), (9, 2, 40), (5, 70, 530)]

  @Test("Products by every variant", arguments: OpenCLVariantTests.variants)
  func products(_ variant: MatMulVariant) throws {
    let backend = try OpenCLDevice.shared.get()
    print("apus-test: \(variant.name) on \(backend.device)")
    var table = backend.variants
    table.traits.tensorCores = .emulated
    for (m, n, k) in Self.shapes {
      for transposition in MatMul.Transposition.allCases {
        let shape = ProductShape(transposition, m: m, n: n, k: k)
        // Long sums are for the variants that cut them into pieces.
        guard variant.suits(shape), k < 500 || variant.name.hasSuffix("split") else { continue }
        var graph = Graph()
        let isFirst = transposition == .tn
        let isSecond = transposition == .nt
        let shapes: [Shape] = [
          isFirst ? .fixed(k, m) : .fixed(m, k), isSecond ? .fixed(n, k) : .fixed(k, n), .fixed(n),
        ]
        let operands = try shapes.enumerated().map { index, shape in
          try graph.add(.input(name: "\(index)", shape: shape), [])
        }
        let matmul = MatMul(transposition, hasBias: true, epilogue: .activation(.relu))
        graph.outputs = [try graph.add(.matmul(matmul), operands)]
        var fixtures = Fixtures(seed: 51)
        let inputs = shapes.map { fixtures.integers($0.count(batchSize: 1)) }
        let plan = try backend.compile(
          graph,
          batchCapacity: 1,
          variables: backend.makeVariables([]),
          variants: table.forcing(variant)
        )
        for (index, values) in inputs.enumerated() { plan.write(values, toInput: index, rows: 1) }
        try plan.run(rows: 1)
        var reference = ReferenceInterpreter(graph, rows: 1, inputs: inputs.map(\.doubles))
        #expect(
          try [plan.output(0, rows: 1).doubles] == reference.run(), "\(variant.name) \(shape)")
      }
    }
  }

  @Test("A training step and a score by both flavours", arguments: Flavour.allCases, Loss.allCases)
  func training(_ flavour: Flavour, _ loss: Loss) throws {
    let backend = try OpenCLDevice.open(0, flavour)
    let target = BackendUnderTest(name: "\(flavour)", backend: backend)
    let network = try Network(
      inputs: 5,
      Sequential.perceptron(hidden: [18], outputs: 3, activation: .tanh)
    )
    var fixtures = Fixtures(seed: 52)
    let rows = 19
    let isClass = loss == .softmaxCrossEntropy
    let features = fixtures.reals(rows * 5)
    let targets = isClass ? (0..<rows).map { Float($0 % 3) } : fixtures.reals(rows * 3)
    let values = Dictionary(
      uniqueKeysWithValues: network.initialValues(seed: 7).map { ($0.name, $0.values) }
    )
    for optimizer in [Optimizer.adam(), .sgd(learningRate: 0.1, momentum: 0.9)] {
      let step = try TrainingGraph(network, loss: loss, optimizer: optimizer).graph
      let schedule = optimizer.rule.schedule(learningRate: 0.1, step: 1)
      let inputs = [features, targets, schedule]
      let trained = try target.run(step, rows: rows, inputs: inputs, variables: values)
      var zeros: [String: [Double]] = [:]
      for variable in step.variables {
        zeros[variable.name] = [Double](repeating: 0, count: variable.shape.count(batchSize: 1))
      }
      var reference = ReferenceInterpreter(
        step,
        rows: rows,
        inputs: inputs.map(\.doubles),
        variables: zeros.merging(values.mapValues(\.doubles)) { $1 }
      )
      let expected = reference.run()
      #expect(worstError(trained.outputs[0], expected[0]) < 1e-5)
      for (name, values) in reference.variables {
        #expect(worstError(trained.variables[name] ?? [], values) < 1e-4, "\(name) \(optimizer)")
      }
    }
    let scores = try network.inferenceGraph(for: loss)
    let output = try target.run(scores, rows: rows, inputs: [features], variables: values).outputs
    var reference = ReferenceInterpreter(
      scores,
      rows: rows,
      inputs: [features.doubles],
      variables: values.mapValues(\.doubles)
    )
    #expect(worstError(output[0], reference.run()[0]) < 1e-5)
  }
}
