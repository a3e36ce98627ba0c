internal import ApusCompute
internal import ApusNN
internal import Glibc

/// A dense net with made-up weights: ReLU between the layers, a sigmoid at the end.
struct Net {
  /// The seed of the rows; layer l has the seeds 10 + 2 l for its weight and 11 + 2 l for its bias.
  static let rowSeed: UInt32 = 1

  /// The widths, inputs first.
  let widths: [Int]
  /// Each layer's weight, inputs x outputs, row by row.
  let weights: [[Float]]
  /// Each layer's bias.
  let biases: [[Float]]

  /// Makes up a net of these widths.
  init(_ widths: [Int]) {
    self.widths = widths
    let layers = 0..<widths.count - 1
    weights = layers.map { layer in
      let (inputs, outputs) = (widths[layer], widths[layer + 1])
      return Numbers.values(
        inputs * outputs, seed: 10 + 2 * UInt32(layer),
        scale: Float((6 / Double(inputs + outputs)).squareRoot()))
    }
    biases = layers.map { layer in
      Numbers.values(widths[layer + 1], seed: 11 + 2 * UInt32(layer), scale: 0.1)
    }
  }

  /// The number of layers.
  var layerCount: Int { weights.count }

  /// Rows of features, of variance one.
  func rows(_ count: Int) -> [Float] {
    Numbers.values(count * widths[0], seed: Self.rowSeed, scale: Float(3).squareRoot())
  }

  /// The net as the library builds it.
  ///
  /// - Throws: `ComputeError`; never in practice.
  func network() throws(ComputeError) -> Network {
    try Network(
      inputs: widths[0],
      Sequential.perceptron(
        hidden: Array(widths.dropFirst().dropLast()), outputs: widths[widths.count - 1],
        activation: .relu))
  }

  /// The parameters by the names that `network()` gives them.
  var parameters: [String: [Float]] {
    var parameters: [String: [Float]] = [:]
    for layer in 0..<layerCount {
      parameters["layers.\(layer).weight"] = weights[layer]
      parameters["layers.\(layer).bias"] = biases[layer]
    }
    return parameters
  }

  /// Writes the parameters into a store.
  ///
  /// - Throws: `ComputeError` when the store is not one for this net.
  func write(to store: any VariableStore) throws(ComputeError) {
    for (name, values) in parameters { try store.write(values.span, to: name) }
  }

  /// The raw output of one row, in double precision: what every answer is held against.
  ///
  /// - Parameters:
  ///   - rows: Features, row by row.
  ///   - row: Which of them.
  /// - Returns: One number for each output, before the sigmoid.
  func logits(_ rows: [Float], row: Int) -> [Double] {
    var values = (0..<widths[0]).map { Double(rows[row * widths[0] + $0]) }
    for layer in 0..<layerCount {
      let outputs = widths[layer + 1]
      var sums = biases[layer].map(Double.init)
      for (input, value) in values.enumerated() {
        for output in 0..<outputs {
          sums[output] += value * Double(weights[layer][input * outputs + output])
        }
      }
      values = layer + 1 < layerCount ? sums.map { max($0, 0) } : sums
    }
    return values
  }

  /// The scores of one row, in double precision.
  func scores(_ rows: [Float], row: Int) -> [Double] {
    logits(rows, row: row).map { 1 / (1 + exp(-$0)) }
  }
}
