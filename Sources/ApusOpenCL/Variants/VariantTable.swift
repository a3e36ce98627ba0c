import ApusCompute

/// Which kernel computes which product on a device: rules, and what was measured in their place.
package struct VariantTable: Hashable, Sendable {
  /// The device's traits.
  package var traits: DeviceTraits
  /// The precision in which products are computed where the device can.
  package var precision: MatMulVariant.Precision
  /// Whether a whole dense net is computed in one launch, whatever the variants of its products.
  package var joinsDenseNets = true
  private var preferred: [ProductShape: MatMulVariant] = [:]
  private var disabled: Set<MatMulVariant> = []

  /// The rules for a device, with nothing measured.
  ///
  /// - Parameters:
  ///   - traits: what the device can do.
  ///   - precision: the precision of products; less than float32 only where someone asked for it.
  package init(traits: DeviceTraits, precision: MatMulVariant.Precision = .float32) {
    self.traits = traits
    self.precision = precision
  }

  /// The variants that may compute a product, in the precision asked for, the rules' choice first.
  ///
  /// - Complexity: O(number of variants).
  package func candidates(for product: ProductShape) -> [MatMulVariant] {
    let usable = MatMulVariant.all.filter { variant in
      (variant.precision == precision || variant.precision == .float32) && isUsable(variant)
        && variant.suits(product)
    }
    let order = rules(for: product)
    return order.filter(usable.contains) + usable.filter { !order.contains($0) }
  }

  /// The variant that computes a product.
  ///
  /// The narrow kernel stands in where nothing else is left, even if it was disabled.
  package func variant(for product: ProductShape) -> MatMulVariant {
    if let variant = preferred[product], isUsable(variant), variant.suits(product) {
      return variant
    }
    return candidates(for: product).first ?? .narrow
  }

  /// Has `variant` compute `product`.
  ///
  /// - Precondition: the variant suits the shape.
  package mutating func prefer(_ variant: MatMulVariant, for product: ProductShape) {
    precondition(variant.suits(product), "\(variant.name) does not compute \(product)")
    preferred[product] = variant
  }

  /// Never chooses `variant`.
  package mutating func disable(_ variant: MatMulVariant) { disabled.insert(variant) }

  /// A table that has `variant` compute every product that it suits, whatever this one prefers.
  package func forcing(_ variant: MatMulVariant) -> VariantTable {
    var table = self
    table.precision = variant.precision
    table.joinsDenseNets = false
    table.preferred = [:]
    table.disabled.formUnion(
      MatMulVariant.all.filter { $0 != variant && $0 != .narrow && $0.precision == .float32 }
    )
    table.disabled.remove(variant)
    return table
  }

  private func isUsable(_ variant: MatMulVariant) -> Bool {
    !disabled.contains(variant) && variant.isSupported(by: traits)
  }

  /// The variants that are fast for a shape, the fastest first.
  private func rules(for product: ProductShape) -> [MatMulVariant] {
    var order: [MatMulVariant] = []
    if precision == .tf32 { order.append(.tf32) }
    if precision == .bfloat16 { order.append(.bfloat16) }
    return order + (traits.flavour == .wide ? rulesForGPU(product) : rulesForCPU(product))
  }

  /// Packing pays when each packed element is used often.
  private func rulesForCPU(_ product: ProductShape) -> [MatMulVariant] {
    let isNarrow = product.n < Flavour.plain.lanes
    if isNarrow, product.n * 2 < Flavour.plain.lanes || product.m < 64 {
      return [.narrow]
    }
    return product.m >= 48 || product.transposition == .nt
      ? [.packed, .direct] : [.direct, .packed]
  }

  /// The greatest tile that still leaves a few dozen work-groups; pieces of k where there are few.
  private func rulesForGPU(_ product: ProductShape) -> [MatMulVariant] {
    func groups(_ tile: Tile) -> Int {
      ((product.m + tile.rows - 1) / tile.rows) * ((product.n + tile.columns - 1) / tile.columns)
    }
    if product.n <= 4, product.transposition != .tn { return [.tree] }
    if groups(.large) >= 128 { return [.tiled(.large)] }
    if groups(.medium) >= 64 || product.k <= Tile.pieceDepth {
      return product.m <= 32 || groups(.medium) < 64 ? [.tiled(.skinny)] : [.tiled(.medium)]
    }
    return product.m <= 32 ? [.tiled(.skinnySplit)] : [.tiled(.mediumSplit)]
  }
}
