public import ApusCompute

/// What tuning found out about a device, for people and for programs.
public struct TuningReport: Hashable, Sendable, Codable {
  /// A kernel variant, and whether it may be used.
  public struct Variant: Hashable, Sendable, Codable {
    /// The variant's stable name.
    public let name: String
    /// The precision of the factors.
    public let precision: String
    /// Whether it computed what plain loops compute.
    public let hasPassed: Bool
    /// What was wrong, or nil.
    public let failure: String?
  }

  /// A product, and how fast each variant computes it.
  public struct Product: Hashable, Sendable, Codable {
    /// The product's name: which factor is transposed, m x n x k, and + for bias and epilogue.
    public let name: String
    /// The variant that plans use.
    public let winner: String
    /// Multiplications and additions per nanosecond, by the names of the variants that were timed.
    public let gigaflops: [String: Double]
    /// The time of a run, by the names of the variants that were timed.
    public let microseconds: [String: Double]
  }

  /// The device.
  public let device: DeviceDescription
  /// What it takes to speak to the device.
  public let costs: DeviceCosts
  /// The variants that the device can run.
  public let variants: [Variant]
  /// The products that were timed.
  public let products: [Product]
}

extension OpenCLBackend {
  /// Checks every kernel variant that the device can run, times it at products of usual sizes, and
  /// keeps the outcome for plans that are compiled later, in this process and in others.
  ///
  /// - Parameter budget: how long one variant is timed at one product.
  /// - Returns: what was found.
  /// - Throws: `ComputeError` when the device fails.
  public func tune(budget: Duration = .milliseconds(50)) throws(ComputeError) -> TuningReport {
    try tune(ProductShape.usual(isGPU: device.isGPU), budget: budget)
  }

  /// Checks every kernel variant that the device can run, and times it at given products.
  ///
  /// - Parameters:
  ///   - products: the products; those with few operations first, since a variant that is slow at
  ///     them is not tried at the others.
  ///   - budget: how long one variant is timed at one product.
  /// - Returns: what was found.
  /// - Throws: `ComputeError` when the device fails.
  package func tune(
    _ products: [ProductShape],
    budget: Duration
  ) throws(ComputeError) -> TuningReport {
    probeTensorCores()
    tuner.tune(products, budget: budget, on: self)
    let costs = try deviceCosts()
    let (profile, table) = (tuner.profile, variants)
    return TuningReport(
      device: device,
      costs: costs,
      variants: profile.checks.sorted { $0.key < $1.key }.map { name, check in
        TuningReport.Variant(
          name: name,
          precision: (MatMulVariant.named(name)?.precision ?? .float32).rawValue,
          hasPassed: check.hasPassed,
          failure: check.failure
        )
      },
      products: products.map { product in
        let microseconds = profile.timings[product.name] ?? [:]
        return TuningReport.Product(
          name: product.name,
          winner: table.variant(for: product).name,
          gigaflops: microseconds.mapValues { Double(product.operationCount) / $0 * 1e-3 },
          microseconds: microseconds
        )
      }
    )
  }
}

extension ProductShape {
  /// Products of small nets, of their training, and of squares, by ascending operations.
  static func usual(isGPU: Bool) -> [ProductShape] {
    var products = [
      ProductShape(.nn, m: 1, n: 64, k: 64, hasEpilogue: true),
      ProductShape(.nn, m: 256, n: 64, k: 17, hasEpilogue: true),
      ProductShape(.nn, m: 4096, n: 1, k: 64, hasEpilogue: true),
      ProductShape(.nt, m: 256, n: 64, k: 64, hasEpilogue: true),
      ProductShape(.tn, m: 64, n: 64, k: 256),
      ProductShape(.nn, m: 4096, n: 64, k: 64, hasEpilogue: true),
      ProductShape(.nn, m: 256, n: 256, k: 256),
      ProductShape(.nn, m: 256, n: 512, k: 256, hasEpilogue: true),
    ]
    let sizes = isGPU ? [1024, 4096] : [1024]
    for size in sizes {
      products += MatMul.Transposition.allCases.map {
        ProductShape($0, m: size, n: size, k: size)
      }
    }
    return products
  }
}
