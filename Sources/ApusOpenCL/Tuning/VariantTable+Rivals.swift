import ApusCompute

extension VariantTable {
  /// The candidates that differ in speed only from the rules' choice, which is the first: they add
  /// up in the same order, in the same precision, and are made for such a device.
  func rivals(for product: ProductShape) -> [MatMulVariant] {
    let candidates = candidates(for: product)
    guard let usual = candidates.first else { return [] }
    return candidates.filter { variant in
      variant.summation == usual.summation && variant.precision == usual.precision
        && (variant == usual || variant.isForGPU == (traits.flavour == .wide))
    }
  }
}

extension MatMulVariant {
  /// Whether the variant is made for devices of thousands of items that share local memory.
  fileprivate var isForGPU: Bool {
    switch method {
    case .direct, .narrow, .packed: false
    case .tiled, .tree, .tensor: true
    }
  }
}

extension Graph {
  /// Whether every product of a fused graph belongs to a dense net, so that none is launched alone.
  func isDenseNet(on traits: DeviceTraits) -> Bool {
    let width = Lowering.greatestDenseWidth(traits)
    let nets = LaunchGroups(self, greatestWidth: width).denseNets
    let products = nodes.count { if case .matmul = $0.operation { true } else { false } }
    return products > 0 && nets.values.reduce(0) { $0 + $1.count } == products
  }

  /// A name for the dense nets of a fused graph that updates nothing, such as "net 17-64-64-1"; nil
  /// where there is none.
  func denseNetName(on traits: DeviceTraits) -> String? {
    let updates = nodes.contains { if case .update = $0.operation { true } else { false } }
    let width = Lowering.greatestDenseWidth(traits)
    let nets = LaunchGroups(self, greatestWidth: width).denseNets
    guard !updates, !nets.isEmpty else { return nil }
    return nets.sorted { $0.key < $1.key }.map { _, chain in
      let inputs = chain.first.map { self[self[$0].operands[0]].shape.columns } ?? 0
      let widths = [inputs] + chain.map { self[$0].shape.columns }
      return "net " + widths.map(String.init).joined(separator: "-")
    }.joined(separator: ", ")
  }

  /// The shapes of the products in a plan for `batchCapacity` rows, each once, in order.
  func products(batchCapacity: Int) -> [ProductShape] {
    var seen: Set<ProductShape> = []
    return nodes.compactMap { node in
      guard case .matmul(let matmul) = node.operation,
        let extents = matmul.extents(self[node.operands[0]].shape, self[node.operands[1]].shape)
      else { return nil }
      let product = ProductShape(matmul, extents, batchCapacity: batchCapacity)
      return seen.insert(product).inserted ? product : nil
    }
  }
}
