import ApusCompute
import Logging

/// Measurement on the device, into a tuner's state.
extension Tuner {
  /// Whether a variant computes rightly; compares it with plain loops where that is not known, and
  /// disables it where it does not.
  func hasPassed(
    _ variant: MatMulVariant,
    on backend: OpenCLBackend,
    _ state: inout State
  ) -> Bool {
    let table = state.table
    let hasPassed = hasPassed(variant.name, &state) {
      try VariantCheck(variant: variant, table: table, backend: backend).failure()
    }
    if !hasPassed { state.table.disable(variant) }
    return hasPassed
  }

  /// Whether the kernel of whole dense nets computes rightly, as `hasPassed` of a variant.
  func joinedNetHasPassed(on backend: OpenCLBackend, _ state: inout State) -> Bool {
    let rules = state.rules
    return hasPassed(DenseNetCheck.name, &state) {
      try DenseNetCheck(table: rules, backend: backend).failure()
    }
  }

  private func hasPassed(
    _ name: String,
    _ state: inout State,
    check: () throws -> String?
  ) -> Bool {
    if let check = state.profile.checks[name] { return check.hasPassed }
    do {
      let failure = try check()
      state.profile.checks[name] = DeviceProfile.Check(failure: failure)
      if let failure { report(failure, of: name) }
      return failure == nil
    } catch {
      // Perhaps the device was short of memory: the next start tries again.
      report("\(error)", of: name)
      return false
    }
  }

  /// Says that a kernel is not used, and why.
  func report(_ failure: String, of kernel: String) {
    logger.error(
      "a kernel computes wrongly on this device and is not used",
      metadata: ["kernel": "\(kernel)", "device": "\(device)", "reason": "\(failure)"]
    )
  }

  /// Times a product by several variants, and keeps what was found.
  func time(
    _ product: ProductShape,
    by variants: [MatMulVariant],
    budget: Duration,
    on backend: OpenCLBackend,
    _ state: inout State
  ) {
    let table = state.table
    let quick = variants.filter { state.profile.isQuick($0, at: product) }
    time(product.name, rows: 1, budget: budget, &state) { timer throws(ComputeError) in
      let graph = try product.graph()
      for variant in quick {
        try timer.add(variant.name, graph, by: table.forcing(variant), on: backend)
      }
    }
  }

  /// Times the plans that `add` adds, and keeps what was found under a name.
  func time(
    _ name: String,
    rows: Int,
    budget: Duration,
    _ state: inout State,
    adding add: (inout PlanTimer) throws(ComputeError) -> Void
  ) {
    var timer = PlanTimer(rows: rows)
    do {
      try add(&timer)
      state.profile.timings[name] = try timer.microseconds(budget: budget)
    } catch {
      logger.debug(
        "kernels could not be timed",
        metadata: ["graph": "\(name)", "reason": "\(error)"]
      )
    }
  }
}
