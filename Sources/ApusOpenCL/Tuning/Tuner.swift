import ApusCompute
import Logging
import Synchronization

/// Which kernel computes which product on one device: what was measured, or is measured now.
///
/// ```
///   rules (VariantTable)  <  a profile that came with the program  <  this device's own profile
/// ```
/// No variant is used before its check has passed on this device and driver. One that fails is
/// disabled and logged. The rules decide the order in which a product's terms are added up, and
/// measurement decides among the variants of that order: so what the clock says never changes a
/// result's bits.
///
/// Nothing here throws: a device on which nothing can be measured keeps to the rules, and a folder
/// that cannot be read or written costs the time to measure again.
final class Tuner: Sendable {
  /// How long a plan may be kept waiting by measurement.
  ///
  /// What is left over is measured when the next plan is made.
  static let patience = Duration.milliseconds(600)
  /// How long one variant is timed at one product, where nobody waits for a report.
  private static let briefly = Duration.milliseconds(8)
  /// The operations from which on it matters which kernel computes a product.
  private static let worthwhileOperations = 500_000

  /// What was measured, and what follows from it.
  struct State: Sendable {
    var profile: DeviceProfile
    var table: VariantTable
    var isLoaded = false
  }

  private let store: ProfileStore?
  private let key: ProgramCache.Key
  private let shipped: DeviceProfile?
  private let logger: Logger
  private let state: Mutex<State>

  /// Makes a tuner that has measured nothing.
  ///
  /// - Parameters:
  ///   - device: the device.
  ///   - source: the kernels.
  ///   - table: the rules for the device.
  ///   - store: where profiles are kept; nil has nothing measured unless it is asked for.
  ///   - logger: told at error level which variants failed, at debug level all else.
  init(
    device: Device,
    source: KernelSource,
    table: VariantTable,
    store: ProfileStore?,
    logger: Logger
  ) {
    self.store = store
    self.logger = logger
    shipped = DeviceProfile.shipped(for: device.name)
    key = ProgramCache.Key(
      [
        device.platformVersion, device.vendor, device.name, device.version, device.driverVersion,
      ] + source.texts
    )
    let profile = DeviceProfile(device: device.name, driver: device.driverVersion)
    state = Mutex(State(profile: profile, table: table))
  }

  /// Which kernel computes which product, as far as is known.
  var variants: VariantTable {
    get { state.withLock { $0.table } }
    set { state.withLock { $0.table = newValue } }
  }

  /// What was measured so far.
  var profile: DeviceProfile {
    state.withLock { state in
      load(&state)
      return state.profile
    }
  }

  /// The table by which a plan for `graph` is compiled; measures what it lacks.
  ///
  /// - Parameters:
  ///   - graph: the graph, fused.
  ///   - batchCapacity: the most rows of a run.
  ///   - backend: the device.
  /// - Returns: the rules, with what was measured in their place.
  func table(for graph: Graph, batchCapacity: Int, on backend: OpenCLBackend) -> VariantTable {
    let products = graph.products(batchCapacity: batchCapacity)
    return state.withLock { state in
      guard !products.isEmpty else { return state.table }
      load(&state)
      let known = state.profile
      let deadline = ContinuousClock().now + Self.patience
      for product in products {
        choose(product, on: backend, until: deadline, &state)
      }
      if state.profile != known { save(state.profile) }
      return state.table
    }
  }

  /// Checks every variant that the device can run, and times it at every product that it suits.
  ///
  /// - Parameters:
  ///   - products: the products.
  ///   - budget: how long one variant is timed at one product.
  ///   - backend: the device.
  func tune(_ products: [ProductShape], budget: Duration, on backend: OpenCLBackend) {
    state.withLock { state in
      load(&state)
      state.profile.checks = [:]
      let variants = MatMulVariant.all.filter { $0.isSupported(by: state.table.traits) }
      let sound = variants.filter { hasPassed($0, on: backend, &state) }
      for product in products {
        state.profile.timings[product.name] = nil
        time(product, by: sound.filter { $0.suits(product) }, budget: budget, on: backend, &state)
        choose(product, on: backend, until: ContinuousClock().now, &state)
      }
      save(state.profile)
    }
  }

  /// The costs of speaking to the device, from the profile or by `measure`.
  ///
  /// - Throws: what `measure` throws.
  func costs(
    measure: () throws(ComputeError) -> DeviceCosts
  ) throws(ComputeError) -> DeviceCosts {
    if let costs = profile.costs { return costs }
    let costs = try measure()
    state.withLock { state in
      state.profile.costs = costs
      save(state.profile)
    }
    return costs
  }

  /// Settles which variant computes a product, by measurement where there is time for it.
  private func choose(
    _ product: ProductShape,
    on backend: OpenCLBackend,
    until deadline: ContinuousClock.Instant,
    _ state: inout State
  ) {
    // Without a folder nothing is kept, and measuring at each start is not worth it.
    let measures = store != nil
    var candidates = state.table.rivals(for: product)
    if measures {
      while let usual = candidates.first, !hasPassed(usual, on: backend, &state) {
        candidates = state.table.rivals(for: product)
      }
    }
    let isKnown = state.profile.timings[product.name] != nil
    if measures, !isKnown, candidates.count > 1,
      product.operationCount >= Self.worthwhileOperations, ContinuousClock().now < deadline
    {
      let sound = candidates.filter { hasPassed($0, on: backend, &state) }
      time(product, by: sound, budget: Self.briefly, on: backend, &state)
    }
    if state.profile.timings[product.name] != nil {
      candidates = candidates.filter { state.profile.checks[$0.name]?.hasPassed == true }
    }
    let winner =
      state.profile.winner(for: product, among: candidates)
      ?? shippedWinner(for: product, among: candidates)
    // What has not been checked may stand in a profile that came with the program.
    guard let winner, !measures || hasPassed(winner, on: backend, &state) else { return }
    state.table.prefer(winner, for: product)
  }

  private func shippedWinner(
    for product: ProductShape,
    among candidates: [MatMulVariant]
  ) -> MatMulVariant? {
    guard let shipped, let nearest = shipped.nearest(to: product) else { return nil }
    return shipped.winner(for: nearest, among: candidates)
  }

  /// Whether a variant computes rightly; compares it with plain loops where that is not known, and
  /// disables it where it does not.
  private func hasPassed(
    _ variant: MatMulVariant,
    on backend: OpenCLBackend,
    _ state: inout State
  ) -> Bool {
    if let check = state.profile.checks[variant.name] { return check.hasPassed }
    var failure: String?
    do {
      failure = try VariantCheck(variant: variant, table: state.table, backend: backend).failure()
    } catch {
      failure = "\(error)"
    }
    state.profile.checks[variant.name] = DeviceProfile.Check(failure: failure)
    guard let failure else { return true }
    disable(variant, failure, &state)
    return false
  }

  private func disable(_ variant: MatMulVariant, _ failure: String, _ state: inout State) {
    state.table.disable(variant)
    logger.error(
      "a kernel computes wrongly on this device and is not used",
      metadata: [
        "kernel": "\(variant.name)", "device": "\(state.profile.device)", "reason": "\(failure)",
      ]
    )
  }

  private func time(
    _ product: ProductShape,
    by variants: [MatMulVariant],
    budget: Duration,
    on backend: OpenCLBackend,
    _ state: inout State
  ) {
    let timer = ProductTimer(table: state.table, backend: backend)
    let quick = variants.filter { state.profile.isQuick($0, at: product) }
    do {
      state.profile.timings[product.name] = try timer.microseconds(
        product,
        by: quick,
        budget: budget
      )
    } catch {
      logger.debug(
        "a product could not be timed",
        metadata: ["product": "\(product.name)", "reason": "\(error)"]
      )
    }
  }

  /// Reads the profile of this device, once.
  private func load(_ state: inout State) {
    guard !state.isLoaded else { return }
    state.isLoaded = true
    guard let store else { return }
    do {
      state.profile = try store.load(key)
      for variant in MatMulVariant.all {
        guard let failure = state.profile.checks[variant.name]?.failure else { continue }
        disable(variant, failure, &state)
      }
    } catch {
      logger.debug(
        "the device has no profile yet",
        metadata: ["file": "\(store.path(of: key))", "reason": "\(error)"]
      )
    }
  }

  private func save(_ profile: DeviceProfile) {
    guard let store else { return }
    do {
      try store.store(profile, for: key)
    } catch {
      logger.debug(
        "the device's profile was not kept",
        metadata: ["file": "\(store.path(of: key))", "reason": "\(error)"]
      )
    }
  }
}

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
