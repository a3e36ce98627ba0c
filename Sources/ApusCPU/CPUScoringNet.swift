internal import ApusCompute
internal import CSIMD

/// A chain of dense layers whose weights lie in the order in which the kernels read them.
@safe
final class CPUScoringNet: ScoringNet, @unchecked Sendable {
  private let inputs: Int
  private let outputs: Int
  private let isa: apus_isa
  private let pool: ThreadPool
  private let packed: AlignedBuffer
  private let layers: UnsafeMutableBufferPointer<apus_layer>
  private let net: UnsafeMutablePointer<apus_net>

  /// Packs the weights, or is nil where a layer is too wide for one call.
  ///
  /// - Throws: `ComputeError` with code `variableMismatch` or `allocationFailed`.
  init?(
    _ chain: DenseChain,
    store: CPUVariableStore,
    precision: ScoringPrecision,
    inputRanges: [ActivationRange],
    isa: apus_isa,
    pool: ThreadPool
  ) throws(ComputeError) {
    guard chain.layers.allSatisfy({ $0.fits(precision) }) else { return nil }
    var offset = 0
    var lowered: [apus_layer] = []
    for (index, layer) in chain.layers.enumerated() {
      let range = precision == .int8 ? inputRanges[index] : ActivationRange()
      let layer = apus_layer(
        inputs: layer.inputs,
        outputs: layer.outputs,
        activation: layer.activation.lowered,
        offset: offset,
        precision: precision.lowered,
        input_step: range.step,
        input_zero: range.zero
      )
      lowered.append(layer)
      let count = unsafe withUnsafePointer(to: layer) { unsafe apus_layer_count(isa, $0) }
      offset = (offset + count).roundedUp(toMultipleOf: VariableLayout.alignment)
    }
    let packed = try AlignedBuffer(count: offset)
    for (layer, var lowered) in zip(chain.layers, lowered) {
      let weight = try store.layout.offset(of: layer.weight)
      let bias: Int? = if let bias = layer.bias { try store.layout.offset(of: bias) } else { nil }
      let memory = unsafe store.memory.base
      unsafe apus_layer_pack(
        isa, &lowered, memory + weight, bias.map { unsafe memory + $0 }, packed.base)
    }
    self.inputs = chain.layers[0].inputs
    self.outputs = chain.layers[chain.layers.count - 1].outputs
    self.isa = isa
    self.pool = pool
    unsafe self.layers = .allocate(capacity: lowered.count)
    _ = unsafe layers.initialize(from: lowered)
    var net = unsafe apus_net()
    unsafe net.layers = UnsafePointer(layers.baseAddress)
    unsafe net.count = lowered.count
    unsafe net.packed = UnsafePointer(packed.base)
    unsafe net.softmax = chain.hasSoftmax
    unsafe apus_net_prepare(isa, &net)
    unsafe self.net = .allocate(capacity: 1)
    unsafe self.net.initialize(to: net)
    self.packed = packed
  }

  deinit {
    unsafe net.deallocate()
    unsafe layers.deallocate()
  }

  func score(_ features: Span<Float>, rowCount: Int, into scores: inout MutableSpan<Float>) {
    precondition(
      features.count == rowCount * inputs && scores.count == rowCount * outputs,
      "\(features.count) features and \(scores.count) scores for \(rowCount) rows"
    )
    guard rowCount > 0 else { return }
    unsafe features.withUnsafeBufferPointer { features in
      unsafe scores.withUnsafeMutableBufferPointer { scores in
        guard let source = features.baseAddress, let target = scores.baseAddress else { return }
        unsafe apus_score(isa, net, source, rowCount, target, pool.handle)
      }
    }
  }
}

extension DenseChain.Layer {
  /// Whether the kernels have room for the layer's rows.
  fileprivate func fits(_ precision: ScoringPrecision) -> Bool {
    let widest = Int(APUS_WIDEST_LAYER)
    return outputs <= widest && (precision == .float32 || inputs <= widest)
  }
}

extension ScoringPrecision {
  fileprivate var lowered: apus_precision {
    switch self {
    case .float32: APUS_FLOAT32
    case .bfloat16Weights: APUS_BFLOAT16_WEIGHTS
    case .bfloat16: APUS_BFLOAT16
    case .int8: APUS_INT8
    }
  }
}
