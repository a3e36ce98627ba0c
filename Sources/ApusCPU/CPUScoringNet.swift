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
    isa: apus_isa,
    pool: ThreadPool
  ) throws(ComputeError) {
    guard chain.layers.allSatisfy({ $0.outputs <= Int(APUS_WIDEST_LAYER) }) else { return nil }
    var offset = 0
    var lowered: [apus_layer] = []
    for layer in chain.layers {
      let layer = apus_layer(
        inputs: layer.inputs,
        outputs: layer.outputs,
        activation: layer.activation.lowered,
        offset: offset
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
