import CSIMD

/// A dense net and its weights, to be scored with every tensor at a guard page.
@safe
struct NetCase {
  /// The widths from the features to the scores.
  let widths: [Int]
  /// The activation of the hidden layers.
  let activation: apus_activation
  /// Whether softmax follows.
  let softmax: Bool

  private let weights: [[Float]]
  private let biases: [[Float]?]

  /// Draws the weights, and biases for every other layer.
  init(
    _ widths: [Int], _ activation: apus_activation, softmax: Bool, _ numbers: inout Numbers
  ) {
    self.widths = widths
    self.activation = activation
    self.softmax = softmax
    var weights: [[Float]] = []
    var biases: [[Float]?] = []
    for (index, (inputs, outputs)) in zip(widths, widths.dropFirst()).enumerated() {
      weights.append(numbers.next(inputs * outputs))
      biases.append(index % 2 == 0 ? numbers.next(outputs) : nil)
    }
    self.weights = weights
    self.biases = biases
  }

  /// Packs the net and scores rows.
  ///
  /// - Parameters:
  ///   - features: The rows.
  ///   - rows: Their number.
  ///   - level: The instruction set level.
  ///   - side: Which end of each tensor lies at a guard.
  ///   - pool: The threads.
  /// - Returns: The scores, and what was touched by mistake.
  func score(
    _ features: [Float], rows: Int, _ level: Level, _ side: GuardedMemory.Side, pool: Pool
  ) -> (scores: [Float], fault: String?) {
    let memory = GuardedMemory(side)
    let layers = pack(level, memory)
    let x = memory.add("features", features)
    let scores = memory.add("scores", count: rows * widths[widths.count - 1])
    unsafe layers.withUnsafeBufferPointer { layers in
      var net = unsafe apus_net()
      unsafe net.layers = layers.baseAddress
      unsafe net.count = layers.count
      unsafe net.packed = UnsafePointer(memory.base)
      unsafe net.softmax = softmax
      unsafe apus_net_prepare(level.isa, &net)
      unsafe apus_score(
        level.isa, &net, memory.base + x.range.lowerBound, rows,
        memory.base + scores.range.lowerBound, pool.handle)
    }
    return (memory.read(scores), memory.fault())
  }

  /// Packs each layer from tensors at guards to a tensor at a guard.
  private func pack(_ level: Level, _ memory: GuardedMemory) -> [apus_layer] {
    zip(weights, biases).enumerated().map { index, parameters in
      var layer = apus_layer()
      layer.inputs = widths[index]
      layer.outputs = widths[index + 1]
      layer.activation = activation
      let packed = unsafe memory.add(
        "packed layer \(index)", count: apus_layer_count(level.isa, &layer))
      layer.offset = packed.range.lowerBound
      let weight = memory.add("weight \(index)", parameters.0)
      let bias = parameters.1.map { memory.add("bias \(index)", $0) }
      unsafe apus_layer_pack(
        level.isa, &layer, memory.base + weight.range.lowerBound,
        bias.map { unsafe UnsafePointer(memory.base + $0.range.lowerBound) }, memory.base)
      return layer
    }
  }
}
