import ApusCPU
import ApusCompute
import ApusNN
import Testing

/// Twenty steps of a fixed net, 3-4-1 with tanh and the squared error, beside PyTorch.
///
/// The expected weights were printed by PyTorch 2.13 in double precision, from the numbers of
/// `initialValues`, `features` and `targets`; those of FTRL by TensorFlow's formula, with β as
/// Keras folds it into λ₂. Order: first weight, first bias, second weight, second bias.
@Suite("Optimizers beside PyTorch")
struct OptimizerParityTests {
  /// An optimizer and the weights that it leaves.
  struct Case: CustomTestStringConvertible {
    let name: String
    let optimizer: Optimizer
    let weights: [Double]

    var testDescription: String { name }
  }

  static let cases: [Case] = [
    Case(
      name: "sgd", optimizer: .sgd(learningRate: 0.1),
      weights: [
        -0.5510672, -0.300642, -0.0521828, 0.3008151, -0.1681997, 0.1683621, 0.6121182,
        -0.5536139, 0.1738781, -0.6326113, -0.0098695, -0.1329011, 0.0687538, -0.0091487,
        -0.055363, 0.0219555, -0.4350644, -0.2116695, 0.636509, -0.3587734, -0.1322632,
      ]),
    Case(
      name: "momentum", optimizer: .sgd(learningRate: 0.05, momentum: 0.9),
      weights: [
        -0.5583966, -0.4461804, 0.0761821, 0.1314768, -0.3018951, 0.0577754, 0.8928283,
        -0.7300677, -0.0631124, -0.6005541, 0.2734233, -0.2307634, 0.1117189, -0.0606152,
        -0.1133171, 0.0414326, -0.3932914, -0.4508269, 0.7246316, -0.5422478, -0.1344547,
      ]),
    Case(
      name: "nesterov", optimizer: .sgd(learningRate: 0.05, momentum: 0.9, nesterov: true),
      weights: [
        -0.595847, -0.4434403, 0.0970852, 0.1303722, -0.2953197, 0.0604958, 0.8708058,
        -0.722638, -0.0554839, -0.6155922, 0.2996472, -0.2577968, 0.0939562, -0.0781285,
        -0.1095709, 0.0347301, -0.4550796, -0.4795379, 0.7685313, -0.5494439, -0.1165128,
      ]),
    Case(
      name: "adagrad", optimizer: .adagrad(learningRate: 0.1),
      weights: [
        -0.6037326, -0.3704644, 0.0253131, 0.2017403, -0.2322833, 0.0821639, 0.7229393,
        -0.664081, 0.0643888, -0.69347, 0.1220717, -0.3128351, 0.0784068, -0.076224,
        -0.100459, 0.0558471, -0.5088556, -0.3823768, 0.7455093, -0.5158532, -0.0977451,
      ]),
    Case(
      name: "rmsprop", optimizer: .rmsprop(learningRate: 0.01),
      weights: [
        -0.5488038, -0.4054216, -0.0404303, 0.2107081, -0.263123, -0.130745, 0.7073236,
        -0.7895847, 0.1768326, -0.8970826, -0.0722261, -0.2756407, 0.1060377, -0.1528625,
        -0.0922773, 0.1626022, -0.4698635, -0.2685285, 0.484729, -0.4686417, -0.0934364,
      ]),
    Case(
      name: "adam", optimizer: .adam(learningRate: 0.05),
      weights: [
        -0.6841608, -0.796031, 0.059789, -0.039616, -0.5054765, -0.3969458, 1.1403865,
        -1.0741464, -0.1238863, -0.8444308, 0.2823719, -0.6968008, 0.2248742, -0.3926851,
        -0.3104794, 0.2016782, -0.4340709, -0.6745432, 0.3814964, -0.5263682, -0.1623848,
      ]),
    Case(
      name: "adamW", optimizer: .adamW(learningRate: 0.05, decay: 0.1),
      weights: [
        -0.6402655, -0.7756381, 0.0823844, -0.077792, -0.5042262, -0.3788369, 1.0669523,
        -1.002704, -0.1301645, -0.8119985, 0.2798666, -0.6590729, 0.2102184, -0.380772,
        -0.3039432, 0.1901564, -0.4102357, -0.6598898, 0.4059546, -0.5271817, -0.1507745,
      ]),
    Case(
      name: "l2", optimizer: changed(.adam(learningRate: 0.05)) { $0.penalty.l2 = 0.1 },
      weights: [
        -0.1467706, -0.2714453, 0.1474711, -0.3431209, -0.3692889, -0.3712459, 0.4190014,
        -0.5869018, -0.1780157, -0.1207974, 0.2741399, -0.4417338, 0.1347891, -0.1252251,
        -0.1525438, 0.0216423, -0.285704, -0.4478455, 0.4110987, -0.713648, -0.1108986,
      ]),
    Case(
      name: "clipped", optimizer: changed(.sgd(learningRate: 0.5)) { $0.gradientNormLimit = 0.25 },
      weights: [
        -0.6868799, -0.4109782, 0.0684916, 0.1766906, -0.2231807, 0.0551375, 0.7999163,
        -0.7015488, -0.0102445, -0.6408015, 0.3531886, -0.3336176, 0.0611944, -0.1516965,
        -0.1489421, 0.0575907, -0.6091591, -0.4429316, 0.8748575, -0.5528061, -0.0809592,
      ]),
    Case(
      name: "cosine",
      optimizer: changed(.sgd(learningRate: 0.1)) {
        $0.schedule = LearningRateSchedule(.cosine(least: 0.1))
      },
      weights: [
        -0.5482657, -0.2959823, -0.0610291, 0.3135269, -0.1350941, 0.1886149, 0.5591112,
        -0.5219442, 0.2402597, -0.6159797, -0.1102429, -0.0817904, 0.0682294, -0.0013375,
        -0.0538369, 0.0212123, -0.4440403, -0.1400683, 0.5888359, -0.2941273, -0.1351414,
      ]),
    Case(
      name: "ftrl", optimizer: .ftrl(learningRate: 0.1, beta: 0.5, l1: 0.01, l2: 0.1),
      weights: [
        -0.0128578, -0.0042178, -0.0136728, 0.0013884, -0.0694458, -0.0278683, 0.009815,
        -0.0099154, 0.0172603, 0.0021369, -0.000677, -0.0090567, 0.0284149, 0.0012315,
        -0.0215439, 0.0084074, -0.0854125, -0.0345773, 0.0077775, -0.012402, -0.1213629,
      ]),
  ]

  private static let stepCount = 20
  private static let names = [
    "layers.0.weight", "layers.0.bias", "layers.1.weight", "layers.1.bias",
  ]
  private static let initialValues: [[Float]] = [
    (0..<12).map { quotient($0 / 4 * 5 + $0 % 4 * 3, 13, 6, 10) },
    [0, 0, 0, 0],
    (0..<4).map { quotient($0 * 3, 7, 3, 5) },
    [0],
  ]
  private static let features = (0..<24).map { quotient($0 / 3 * 7 + $0 % 3 * 3, 11, 5, 5) }
  private static let targets = (0..<8).map { quotient($0 * 5, 7, 3, 3) }

  /// `(number mod modulus - centre) / divisor`.
  private static func quotient(
    _ number: Int, _ modulus: Int, _ centre: Int, _ divisor: Int
  ) -> Float {
    Float(number % modulus - centre) / Float(divisor)
  }

  private static func changed(
    _ optimizer: Optimizer, _ change: (inout Optimizer) -> Void
  ) -> Optimizer {
    var optimizer = optimizer
    change(&optimizer)
    return optimizer
  }

  @Test("the weights after twenty steps", arguments: cases)
  func steps(_ expected: Case) throws {
    let optimizer = expected.optimizer
    let network = try Network(
      inputs: 3, Sequential.perceptron(hidden: [4], outputs: 1, activation: .tanh))
    let training = try TrainingGraph(network, loss: .meanSquaredError, optimizer: optimizer)
    let backend = CPUBackend(threads: 1)
    let store = try backend.makeVariables(training.variables)
    for (name, values) in zip(Self.names, Self.initialValues) {
      try store.write(values.span, to: name)
    }
    for slot in training.slots {
      let values = [Float](repeating: slot.initialValue, count: slot.variable.count)
      try store.write(values.span, to: slot.variable.name)
    }
    let plan = try backend.compile(training.graph, batchCapacity: 8, variables: store)
    for step in 0..<Self.stepCount {
      let position = LearningRateSchedule.Position(
        step: step, stepsPerEpoch: 1, epochs: Self.stepCount)
      let rate = optimizer.learningRate * optimizer.schedule.factor(at: position)
      let schedule = optimizer.rule.schedule(learningRate: rate, step: step + 1)
      for (input, values) in [Self.features, Self.targets, schedule].enumerated() {
        plan.withInput(input, rows: 8) { span in
          for index in values.indices { span[index] = values[index] }
        }
      }
      try plan.run(rows: 8)
    }
    let found = try Self.names.flatMap { try store.read($0) }
    for (found, expected) in zip(found, expected.weights) {
      #expect(abs(Double(found) - expected) < 1e-5)
    }
  }
}
