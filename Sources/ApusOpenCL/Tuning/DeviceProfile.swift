package import ApusCompute

/// What was measured about a device: which kernels compute rightly on it, which is fastest for
/// which product, and what it takes to speak to it.
package struct DeviceProfile: Hashable, Sendable, Codable {
  /// The outcome of a variant's comparison with plain loops.
  package struct Check: Hashable, Sendable, Codable {
    /// What was wrong; nil where nothing was.
    package let failure: String?

    /// Whether the variant may be used.
    package var hasPassed: Bool { failure == nil }

    /// Makes an outcome.
    package init(failure: String?) { self.failure = failure }
  }

  /// The device's own name.
  package let device: String
  /// The driver's version.
  package let driver: String
  /// The outcome for each variant that was checked, by its name.
  package var checks: [String: Check] = [:]
  /// Microseconds for each product and variant that were timed, by their names.
  package var timings: [String: [String: Double]] = [:]
  /// What it takes to speak to the device.
  package var costs: DeviceCosts?

  /// Makes a profile in which nothing is measured.
  package init(device: String, driver: String) {
    self.device = device
    self.driver = driver
  }

  /// The fastest variant of those that were timed for a product, or nil where none was.
  ///
  /// - Parameters:
  ///   - product: the product.
  ///   - candidates: the variants that may compute it, the one to stay with first: another must be
  ///     faster by `leadRequired`.
  /// - Returns: one of the candidates.
  package func winner(
    for product: ProductShape,
    among candidates: [MatMulVariant]
  ) -> MatMulVariant? {
    guard let timings = timings[product.name] else { return nil }
    let timed = candidates.compactMap { variant in
      timings[variant.name].map { (variant: variant, microseconds: $0) }
    }
    guard let fastest = timed.min(by: { $0.microseconds < $1.microseconds }) else { return nil }
    guard let usual = timed.first, usual.variant == candidates.first,
      fastest.microseconds > usual.microseconds * Self.leadRequired
    else { return fastest.variant }
    return usual.variant
  }

  /// The share of the usual variant's time that another may take at most to be preferred.
  private static let leadRequired = 0.97

  /// Whether a run of a product should end soon, judged by the variant's best rate so far.
  func isQuick(_ variant: MatMulVariant, at product: ProductShape) -> Bool {
    let rates = timings.compactMap { name, timings in
      timings[variant.name].flatMap { microseconds in
        ProductShape(name: name).map { Double($0.operationCount) / microseconds }
      }
    }
    guard let best = rates.max() else { return true }
    return Double(product.operationCount) / best <= Self.soonMicroseconds
  }

  private static let soonMicroseconds = 300_000.0

  /// The product of those that were timed which is most like `product`, or nil where none is less
  /// than twice as large or as small in each extent.
  package func nearest(to product: ProductShape) -> ProductShape? {
    func distance(_ a: Int, _ b: Int) -> Double { Double(max(a, b)) / Double(max(1, min(a, b))) }
    let ranked = timings.keys.compactMap(ProductShape.init(name:))
      .filter { $0.transposition == product.transposition }
      .map { other in
        let ratios = [
          distance(other.m, product.m), distance(other.n, product.n),
          distance(other.k, product.k),
        ]
        let isAlike = other.hasEpilogue == product.hasEpilogue
        return (other, ratios.max() ?? 1, ratios.reduce(isAlike ? 1 : 1.1, *))
      }
      .filter { $0.1 <= 2 }
    // Names break ties, so that the choice does not depend on the order of a dictionary.
    return ranked.min { ($0.2, $0.0.name) < ($1.2, $1.0.name) }?.0
  }
}

extension ProductShape {
  /// A stable name, such as "nn 4096x64x17" or "tn 64x64x256 +": m x n x k, with + for an epilogue.
  package var name: String {
    "\(transposition.rawValue) \(m)x\(n)x\(k)" + (hasEpilogue ? " +" : "")
  }

  /// The shape of a name, or nil where it is none.
  package init?(name: String) {
    let words = name.split(separator: " ", omittingEmptySubsequences: false)
    guard words.count == 2 || (words.count == 3 && words[2] == "+"),
      let transposition = MatMul.Transposition(rawValue: String(words[0]))
    else { return nil }
    let extents = words[1].split(separator: "x", omittingEmptySubsequences: false)
      .map { Int($0) ?? 0 }
    guard extents.count == 3, extents.allSatisfy({ 1...Int(Int32.max) ~= $0 }) else { return nil }
    self.init(
      transposition,
      m: extents[0],
      n: extents[1],
      k: extents[2],
      hasEpilogue: words.count == 3
    )
  }
}
