import ApusCompute
import ApusOpenCL
import Foundation
import Testing

/// Every variant of the product that the device can run, also those that no rule would choose.
@Suite("OpenCL product variants", .enabled(if: OpenCLDevice.isPresent))
struct OpenCLVariantTests {
  /// The variants that fit the first device, with tensor cores emulated.
  static let variants: [MatMulVariant] = {
    guard let table = try? table() else { return [] }
    return MatMulVariant.all.filter { $0.isSupported(by: table.traits) }
  }()

  private static func table() throws -> VariantTable {
    var table = try OpenCLDevice.shared.get().variants
    table.traits.tensorCores = .emulated
    return table
  }

  /// A product with one of its epilogues, on the edge of what tiles and vectors hold.
  private struct Case {
    let shape: ProductShape
    let epilogue: Int

    var matmul: MatMul {
      switch epilogue {
      case 0: MatMul(shape.transposition)
      case 1: MatMul(shape.transposition, hasBias: true, epilogue: .activation(.relu))
      default: MatMul(shape.transposition, epilogue: .activationGradient(.relu))
      }
    }
  }

  /// All transpositions and epilogues; each edge extent in each place.
  private static func cases(_ variant: MatMulVariant) -> [Case] {
    var cases: [Case] = []
    for (index, m) in edges.enumerated() {
      for step in [3, 7] {
        let n = edges[(index * step + 5) % edges.count]
        let k = edges[(index * 5 + step) % edges.count]
        for transposition in MatMul.Transposition.allCases {
          let long = k + 512 * (index % 3)
          let shapes = [k, long].map { ProductShape(transposition, m: m, n: n, k: $0) }
          guard let shape = shapes.first(where: variant.suits) else { continue }
          cases.append(Case(shape: shape, epilogue: cases.count % 3))
        }
      }
    }
    return cases
  }

  @Test("Products of whole numbers are exact, and nothing else is written", arguments: variants)
  func exact(_ variant: MatMulVariant) throws {
    var fixtures = Fixtures(seed: 41)
    let cases = Self.cases(variant)
    try #require(cases.count > 20)
    for example in cases {
      let (outputs, inputs, graph) = try run(example, variant) { fixtures.integers($0) }
      var reference = ReferenceInterpreter(graph, rows: 1, inputs: inputs.map(\.doubles))
      #expect(outputs.map(\.doubles) == reference.run(), "\(variant.name) \(example)")
    }
  }

  @Test("Products of reals are close to the reference", arguments: variants)
  func tolerance(_ variant: MatMulVariant) throws {
    var fixtures = Fixtures(seed: 42)
    let unit = [
      MatMulVariant.Precision.float32: 0x1p-24, .tf32: 0x1p-11, .bfloat16: 0x1p-8,
    ]
    for example in Self.cases(variant).filter({ $0.epilogue == 0 && $0.shape.k > 16 }) {
      let (outputs, inputs, graph) = try run(example, variant) { fixtures.reals($0) }
      var reference = ReferenceInterpreter(graph, rows: 1, inputs: inputs.map(\.doubles))
      let magnitudes = inputs.map { $0.map { Double(abs($0)) } }
      var bound = ReferenceInterpreter(graph, rows: 1, inputs: magnitudes)
      let rounding = (unit[variant.precision] ?? 0) * 2
      let share = variant.precision == .float32 ? Double(example.shape.k) : 1.1
      for (index, (value, limit)) in zip(reference.run()[0], bound.run()[0]).enumerated() {
        #expect(
          abs(Double(outputs[0][index]) - value) <= rounding * share * limit,
          "\(variant.name) \(example.shape) element \(index)"
        )
      }
    }
  }

  @Test("An element's bits depend on its row and its column alone", arguments: variants)
  func invariance(_ variant: MatMulVariant) throws {
    let (n, k) = (variant.suits(ProductShape(.nn, m: 1, n: 40, k: 600)) ? 40 : 5, 600)
    var fixtures = Fixtures(seed: 43)
    let a = fixtures.reals(200 * k)
    let b = fixtures.reals(k * n)
    func product(_ rows: Range<Int>) throws -> [Float] {
      var graph = Graph()
      let x = try graph.add(.input(name: "a", shape: .batch(k)), [])
      let y = try graph.add(.input(name: "b", shape: .fixed(k, n)), [])
      graph.outputs = [try graph.add(.matmul(MatMul()), [x, y])]
      let inputs = [Array(a[rows.lowerBound * k..<rows.upperBound * k]), b]
      return try evaluate(graph, rows: rows.count, inputs: inputs, variant)[0]
    }
    let all = try product(0..<200)
    for rows in [0..<1, 7..<9, 63..<130, 199..<200] {
      let expected = Array(all[rows.lowerBound * n..<rows.upperBound * n])
      #expect(try product(rows) == expected, "\(variant.name) rows \(rows)")
    }
  }

  @Test("What a table prefers does not stand in the way of a variant that is forced")
  func forced() throws {
    var table = try Self.table()
    let product = ProductShape(.nn, m: 40, n: 40, k: 600)
    let candidates = table.candidates(for: product)
    let preferred = try #require(candidates.first)
    let forced = try #require(candidates.dropFirst().first)
    try #require(preferred != forced)
    table.prefer(preferred, for: product)
    #expect(table.variant(for: product) == preferred)
    #expect(table.forcing(forced).variant(for: product) == forced)
    #expect(table.variant(for: product) == preferred)
  }

  @Test("130 shapes leave the number of kernels that PoCL compiled as it was")
  func compiledVariants() async {
    await #expect(processExitsWith: .success) {
      let folder = try TemporaryFolder()
      unsafe setenv("POCL_CACHE_DIR", folder.path, 1)
      for flavour in Flavour.allCases {
        let backend = try OpenCLDevice.open(0, flavour)
        guard backend.device.name.hasPrefix("pthread") || backend.device.name.hasPrefix("cpu")
        else { return }
        func multiply(_ m: Int, _ n: Int, _ k: Int) throws {
          for transposition in MatMul.Transposition.allCases {
            var graph = Graph()
            let isFirst = transposition == .tn
            let isSecond = transposition == .nt
            let a = try graph.add(
              .input(name: "a", shape: isFirst ? .fixed(k, m) : .fixed(m, k)),
              []
            )
            let b = try graph.add(
              .input(name: "b", shape: isSecond ? .fixed(n, k) : .fixed(k, n)),
              []
            )
            graph.outputs = [try graph.add(.matmul(MatMul(transposition)), [a, b])]
            let plan = try backend.compile(
              graph,
              batchCapacity: 1,
              variables: backend.makeVariables([])
            )
            try plan.run(rows: 1)
            _ = try plan.output(0, rows: 1)
          }
        }
        // One shape for each rule.
        for (m, n, k) in [(9, 17, 33), (65, 40, 33), (9, 3, 33), (90, 12, 40), (20, 70, 520)] {
          try multiply(m, n, k)
        }
        let before = try Self.compiledKernels(in: folder.path)
        for index in 0..<130 { try multiply(1 + index, 1 + index * 7 % 97, 1 + index * 5 % 89) }
        #expect(before > 0)
        #expect(try Self.compiledKernels(in: folder.path) == before)
      }
    }
  }

  /// The machine-code files in a PoCL cache.
  private static func compiledKernels(in folder: String) throws -> Int {
    try FileManager.default.subpathsOfDirectory(atPath: folder).filter { $0.hasSuffix(".so") }.count
  }

  private func run(
    _ example: Case,
    _ variant: MatMulVariant,
    _ values: (Int) -> [Float]
  ) throws -> (outputs: [[Float]], inputs: [[Float]], graph: Graph) {
    let shape = example.shape
    var graph = Graph()
    var shapes: [Shape] = [
      shape.transposition == .tn ? .fixed(shape.k, shape.m) : .fixed(shape.m, shape.k),
      shape.transposition == .nt ? .fixed(shape.n, shape.k) : .fixed(shape.k, shape.n),
    ]
    if example.matmul.hasBias { shapes.append(.fixed(shape.n)) }
    if example.matmul.hasMask { shapes.append(.fixed(shape.m, shape.n)) }
    let operands = try shapes.enumerated().map { index, shape in
      try graph.add(.input(name: "\(index)", shape: shape), [])
    }
    graph.outputs = [try graph.add(.matmul(example.matmul), operands)]
    let inputs = shapes.map { values($0.count(batchSize: 1)) }
    return (try evaluate(graph, rows: 1, inputs: inputs, variant), inputs, graph)
  }

  private func evaluate(
    _ graph: Graph,
    rows: Int,
    inputs: [[Float]],
    _ variant: MatMulVariant
  ) throws -> [[Float]] {
    let backend = try OpenCLDevice.shared.get()
    let plan = try backend.compile(
      graph,
      batchCapacity: rows,
      variables: backend.makeVariables([]),
      variants: try Self.table().forcing(variant)
    )
    for (index, values) in inputs.enumerated() { plan.write(values, toInput: index, rows: rows) }
    try plan.run(rows: rows)
    return try graph.outputs.indices.map { try plan.output($0, rows: rows) }
  }
}

extension MatMulVariant: CustomTestStringConvertible {
  /// The variant's name.
  public var testDescription: String { name }
}
