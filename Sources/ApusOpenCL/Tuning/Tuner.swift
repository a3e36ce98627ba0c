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
  /// The first plan on a device is to have measured all that it needs, compilers and their first
  /// runs included, so that no later start does. What is left over on a device that is slower still
  /// is measured when the next plan is made.
  private static let patience = Duration.seconds(15)
  /// How long one variant is timed at one product, where nobody waits for a report.
  private static let briefly = Duration.milliseconds(8)
  /// The operations from which on it matters which kernel computes a product.
  private static let worthwhileOperations = 500_000

  /// The most rows at which whole nets are timed.
  private static let greatestTimedRows = 4096
  /// The names under which a profile keeps the two ways to compute a net.
  private static let (joined, separate) = ("joined", "separate")

  /// What was measured, and what follows from it.
  struct State: Sendable {
    var profile: DeviceProfile
    var table: VariantTable
    var isLoaded = false

    /// The rules for the device, with nothing measured.
    var rules: VariantTable { VariantTable(traits: table.traits) }
  }

  /// The device's name.
  let device: String
  private let store: ProfileStore?
  private let key: ProgramCache.Key
  private let shipped: DeviceProfile?
  /// Who is told what went wrong.
  let logger: Logger
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
    self.device = device.name
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
      defer { if state.profile != known { save(state.profile) } }
      let deadline = ContinuousClock().now + Self.patience
      let isJoined =
        state.table.joinsDenseNets && graph.isDenseNet(on: state.table.traits)
        && (store == nil || joinedNetHasPassed(on: backend, &state))
      // A small net in one launch has nothing to win by several, and needs no other kernel.
      let operationCount = products.reduce(0) { $0 + $1.operationCount }
      guard !isJoined || operationCount >= Self.worthwhileOperations else { return state.table }
      for product in products {
        // A net in one launch needs no other kernel until there is time to compare.
        if isJoined, ContinuousClock().now >= deadline { break }
        choose(product, on: backend, until: deadline, &state)
      }
      var table = state.table
      table.joinsDenseNets =
        table.joinsDenseNets
        && joins(graph, batchCapacity: batchCapacity, on: backend, until: deadline, &state)
      return table
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
      _ = joinedNetHasPassed(on: backend, &state)
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

  /// Whether the dense nets of a graph are computed in one launch each: where that kernel is right
  /// on this device, and not slower than a launch for each product.
  private func joins(
    _ graph: Graph,
    batchCapacity: Int,
    on backend: OpenCLBackend,
    until deadline: ContinuousClock.Instant,
    _ state: inout State
  ) -> Bool {
    guard store != nil, let net = graph.denseNetName(on: state.table.traits) else {
      return true
    }
    guard joinedNetHasPassed(on: backend, &state) else { return false }
    let rows = min(batchCapacity, Self.greatestTimedRows)
    let name = "\(net) x \(rows)"
    if state.profile.timings[name] == nil, ContinuousClock().now < deadline {
      let table = state.table
      time(name, rows: rows, budget: Self.briefly, &state) { timer throws(ComputeError) in
        for joins in [true, false] {
          var table = table
          table.joinsDenseNets = joins
          try timer.add(joins ? Self.joined : Self.separate, graph, by: table, on: backend)
        }
      }
    }
    guard let timings = state.profile.timings[name], let joined = timings[Self.joined],
      let separate = timings[Self.separate]
    else { return true }
    return joined <= separate
  }

  private func shippedWinner(
    for product: ProductShape,
    among candidates: [MatMulVariant]
  ) -> MatMulVariant? {
    guard let shipped, let nearest = shipped.nearest(to: product) else { return nil }
    return shipped.winner(for: nearest, among: candidates)
  }

  /// Reads the profile of this device, once.
  private func load(_ state: inout State) {
    guard !state.isLoaded else { return }
    state.isLoaded = true
    guard let store else { return }
    do {
      state.profile = try store.load(key)
      for variant in MatMulVariant.all {
        guard state.profile.checks[variant.name]?.hasPassed == false else { continue }
        state.table.disable(variant)
      }
      for (name, check) in state.profile.checks.sorted(by: { $0.key < $1.key }) {
        if let failure = check.failure { report(failure, of: name) }
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
