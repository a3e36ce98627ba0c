import ApusCPU
import ApusCompute
import Testing

/// Nets of short numbers: against their definitions bit for bit, and against themselves.
@Suite("Scoring precision")
struct ScoringPrecisionTests {
  private static let reduced = ScoringPrecision.allCases.filter { $0 != .float32 }
  private static let widths = [[17, 64, 64, 1], [40, 100, 3], [131, 257, 34, 2]]

  @Test("a pair of bfloat16 weights is as near to the weights as rounding")
  func pairs() {
    var fixtures = Fixtures(seed: 81)
    let weight = fixtures.reals(7 * 300, limit: 3)
    for (value, held) in zip(weight, paired(weight, outputs: 300)) {
      #expect(abs(held - value) <= abs(value) * 0x1p-8, "\(value) is held as \(held)")
    }
  }

  @Test("bf16 weights give the bits of floats that hold them", arguments: BackendUnderTest.cpu)
  func bfloat16Weights(_ target: BackendUnderTest) throws {
    var fixtures = Fixtures(seed: 82)
    for inputs in edges {
      for outputs in [2, 17, 65, 130] {
        let net = try DenseNet([inputs, outputs], .relu) { fixtures.reals($0, limit: 2) }
        let held = try net.layer(0) { paired($0, outputs: outputs) }
        let (scoring, expected) = try (
          net.scoringNet(target, .bfloat16Weights), held.scoringNet(target)
        )
        for rows in [1, 3, 6, 13] {
          let features = fixtures.reals(rows * inputs)
          #expect(
            scoring.scores(of: features, rows: rows, outputs: outputs)
              == expected.scores(of: features, rows: rows, outputs: outputs),
            "\(inputs)-\(outputs), \(rows) rows on \(target.name)")
        }
      }
    }
  }

  @Test("bf16 gives the bits of floats rounded before each layer", arguments: BackendUnderTest.cpu)
  func bfloat16(_ target: BackendUnderTest) throws {
    var fixtures = Fixtures(seed: 83)
    for widths in Self.widths {
      let net = try DenseNet(widths, .tanh) { fixtures.reals($0, limit: 0.4) }
      let rows = 50
      let features = fixtures.reals(rows * net.inputs)
      var x = features
      for index in net.activations.indices {
        // A layer with one output is float32 throughout.
        let isColumn = widths[index + 1] == 1
        let round: ([Float]) -> [Float] = { isColumn ? $0 : $0.map(\.roundedToBFloat16) }
        let layer = try net.layer(index, round).scoringNet(target)
        x = layer.scores(of: round(x), rows: rows, outputs: widths[index + 1])
      }
      let scoring = try net.scoringNet(target, .bfloat16)
      #expect(
        scoring.scores(of: features, rows: rows, outputs: net.outputs) == x,
        "\(widths) on \(target.name)")
    }
  }

  @Test("int8 gives the bits of its definition on every level", arguments: BackendUnderTest.cpu)
  func int8(_ target: BackendUnderTest) throws {
    var fixtures = Fixtures(seed: 84)
    for inputs in edges {
      for outputs in [2, 17, 65] {
        let net = try DenseNet([inputs, outputs, 3], .relu) { fixtures.reals($0, limit: 2) }
        let ranges = [
          ActivationRange(minimum: -1, maximum: 1.5), ActivationRange(maximum: 20),
        ]
        let scoring = try net.scoringNet(target, .int8, ranges: ranges)
        for rows in [1, 3, 6, 13] {
          // Some lie outside the range.
          let features = fixtures.reals(rows * inputs, limit: 2)
          let hidden = byteLayer(rows, features, net.weight(0), net.bias(0), ranges[0])
          let expected = byteLayer(
            rows, hidden.map { max($0, 0) }, net.weight(1), net.bias(1), ranges[1])
          #expect(
            scoring.scores(of: features, rows: rows, outputs: 3) == expected,
            "\(inputs)-\(outputs)-3, \(rows) rows on \(target.name)")
        }
      }
    }
  }

  @Test("int8 is exact where bytes are", arguments: BackendUnderTest.cpu)
  func exactBytes(_ target: BackendUnderTest) throws {
    var fixtures = Fixtures(seed: 85)
    // Each column has its 127 or -127, so a weight is its byte; so is an input.
    let (inputs, outputs, rows) = (2048, 33, 4)
    var weight = fixtures.integers(inputs * outputs, limit: 127)
    for output in 0..<outputs { weight[output] = output % 2 == 0 ? 127 : -127 }
    let net = try DenseNet(
      [inputs, outputs], [.identity],
      ["weight0": weight, "bias0": fixtures.integers(outputs, limit: 9)])
    let features = fixtures.integers(rows * inputs, limit: 127).map { $0 > 0 ? $0 : -$0 }
    let range = ActivationRange(maximum: 255)
    let scores = try net.scoringNet(target, .int8, ranges: [range])
      .scores(of: features, rows: rows, outputs: outputs)
    // Below 2^24 an integer sum is exact as a float, and these are.
    #expect(scores.doubles == net.reference(features, rows: rows))
  }

  @Test(
    "a row's bits do not depend on its batch", arguments: BackendUnderTest.cpu, Self.reduced)
  func batchInvariance(_ target: BackendUnderTest, _ precision: ScoringPrecision) throws {
    var fixtures = Fixtures(seed: 86)
    for widths in Self.widths {
      let net = try DenseNet(widths, .tanh, last: .sigmoid) { fixtures.reals($0, limit: 0.3) }
      let rows = 100
      let features = fixtures.reals(rows * net.inputs)
      let ranges = try #require(
        try target.backend.inputRanges(
          of: net.graph, variables: net.store(target), features: features.span, rowCount: rows))
      let scoring = try net.scoringNet(target, precision, ranges: ranges)
      let whole = scoring.scores(of: features, rows: rows, outputs: net.outputs)
      #expect(worstError(whole, net.reference(features, rows: rows)) < 0.05)
      for batch in [1, 2, 3, 5, 6, 7, 12, 13, 48, 49] {
        var pieces: [Float] = []
        for start in stride(from: 0, to: rows, by: batch) {
          let end = min(start + batch, rows)
          let part = Array(features[start * net.inputs..<end * net.inputs])
          pieces += scoring.scores(of: part, rows: end - start, outputs: net.outputs)
        }
        #expect(
          pieces.map(\.bitPattern) == whole.map(\.bitPattern),
          "\(widths) in batches of \(batch) on \(target.name)")
      }
    }
  }

  @Test("threads do not change a bit", arguments: InstructionSet.supported, Self.reduced)
  func threadInvariance(_ level: InstructionSet, _ precision: ScoringPrecision) throws {
    var fixtures = Fixtures(seed: 87)
    let net = try DenseNet([31, 200, 100, 1], .relu) { fixtures.reals($0, limit: 0.2) }
    let rows = 3000
    let features = fixtures.reals(rows * net.inputs)
    let ranges = [ActivationRange](
      repeating: ActivationRange(minimum: -1, maximum: 2), count: 3)
    let bits = try [1, 2, 3].map { threads in
      let target = BackendUnderTest(
        name: "\(level)", backend: CPUBackend(threads: threads, instructionSet: level))
      return try net.scoringNet(target, precision, ranges: ranges)
        .scores(of: features, rows: rows, outputs: 1).map(\.bitPattern)
    }
    #expect(bits[0] == bits[1] && bits[0] == bits[2])
  }

  @Test("calibration finds each layer's range", arguments: BackendUnderTest.all)
  func calibration(_ target: BackendUnderTest) throws {
    let net = try DenseNet(
      [2, 2, 1], [.identity, .identity],
      ["weight0": [1, 0, 0, -3], "bias0": [5, 0], "weight1": [1, 1], "bias1": [0]])
    var features = [Float](repeating: 0.5, count: 2 * 1500)
    features[1] = 4
    features[2 * 1499] = -2
    let ranges = try target.backend.inputRanges(
      of: net.graph, variables: net.store(target), features: features.span, rowCount: 1500)
    #expect(
      ranges == [
        ActivationRange(minimum: -2, maximum: 4), ActivationRange(minimum: -12, maximum: 5.5),
      ])
  }

  @Test("numbers of 8 bits hold 0, and no range is too small or too large")
  func ranges() {
    #expect(ActivationRange(minimum: 1, maximum: 255).zero == 0)
    #expect(ActivationRange(minimum: -255, maximum: -1).zero == 255)
    #expect(ActivationRange().step == 1)
    let whole = ActivationRange(
      minimum: -.greatestFiniteMagnitude, maximum: .greatestFiniteMagnitude)
    #expect(whole.step.isFinite && 0...255 ~= whole.zero)
    let values: [Float] = [.nan, -1, .infinity, 2]
    #expect(ActivationRange(of: values.span) == ActivationRange(minimum: -1, maximum: 2))
  }

  @Test("values that are not numbers stay so in bfloat16, and are the range's least in int8")
  func notNumbers() throws {
    let net = try DenseNet(
      [2, 2], [.identity], ["weight0": [1, 1, 1, 1], "bias0": [0, 0]])
    let target = BackendUnderTest.cpu[0]
    for precision in [ScoringPrecision.bfloat16Weights, .bfloat16] {
      let scores = try net.scoringNet(target, precision)
        .scores(of: [.nan, 1], rows: 1, outputs: 2)
      #expect(scores.allSatisfy { $0.isNaN })
    }
    let ranges = [ActivationRange(minimum: -1, maximum: 1.55)]
    let scores = try net.scoringNet(target, .int8, ranges: ranges)
      .scores(of: [.nan, 0], rows: 1, outputs: 2)
    #expect(worstError(scores, [-1, -1]) < 1e-6)
  }

  @Test("what does not fit the kernels has no net of short numbers", arguments: Self.reduced)
  func unsupported(_ precision: ScoringPrecision) throws {
    let net = try DenseNet([2049, 2], .relu) { [Float](repeating: 1, count: $0) }
    let target = BackendUnderTest.cpu[0]
    let scoring = try target.backend.makeScoringNet(
      net.graph, variables: net.store(target), precision: precision,
      inputRanges: [ActivationRange()])
    #expect(scoring == nil)
    for target in BackendUnderTest.opencl {
      let small = try DenseNet([4, 2], .relu) { [Float](repeating: 1, count: $0) }
      let scoring = try target.backend.makeScoringNet(
        small.graph, variables: small.store(target), precision: precision,
        inputRanges: [ActivationRange()])
      #expect(scoring == nil)
    }
  }
}
