import ApusCompute

/// Timing of one product by several kernel variants.
///
/// Variants take turns, so that whatever else the machine does meets all of them.
struct ProductTimer {
  let table: VariantTable
  let backend: OpenCLBackend
  private let clock = ContinuousClock()

  /// A variant's plan for the product, and what is known of its time.
  private struct Contestant {
    let variant: MatMulVariant
    let plan: any Plan
    let queueOwner: OpenCLVariableStore
    /// The least time of a run so far, in microseconds.
    var least = Double.infinity
    /// The runs that are handed over together.
    var runsOfTurn = 1
  }

  /// Times variants on one device.
  ///
  /// - Parameters:
  ///   - table: the rules for the device.
  ///   - backend: the device.
  init(table: VariantTable, backend: OpenCLBackend) {
    self.table = table
    self.backend = backend
  }

  /// The least time of a run of the product by each variant, launches counted and copies not.
  ///
  /// Runs are handed over a few at a time and waited for once, as a plan of many steps is run.
  ///
  /// - Parameters:
  ///   - product: the product.
  ///   - variants: variants that suit it.
  ///   - budget: how long to time each; it has two runs at least, the first of which is not timed.
  /// - Returns: microseconds, by the variants' names.
  /// - Throws: `ComputeError` when the device fails.
  func microseconds(
    _ product: ProductShape,
    by variants: [MatMulVariant],
    budget: Duration
  ) throws(ComputeError) -> [String: Double] {
    var contestants: [Contestant] = []
    for variant in variants { contestants.append(try contestant(product, variant)) }
    let turnMicroseconds = budget.inMicroseconds / 8
    for index in contestants.indices {
      // What a driver puts off until a kernel's first run is over after this one.
      try takeTurn(&contestants[index])
      contestants[index].least = .infinity
      try takeTurn(&contestants[index])
      let runs = turnMicroseconds / max(contestants[index].least, 1)
      contestants[index].runsOfTurn = max(1, min(64, Int(runs)))
    }
    let end = clock.now + budget * contestants.count
    while clock.now < end {
      // One that is far behind has had its time.
      let limit = 4 * (contestants.map(\.least).min() ?? 0)
      for index in contestants.indices where contestants[index].least <= limit {
        try takeTurn(&contestants[index])
      }
    }
    return Dictionary(uniqueKeysWithValues: contestants.map { ($0.variant.name, $0.least) })
  }

  private func takeTurn(_ contestant: inout Contestant) throws(ComputeError) {
    let start = clock.now
    for _ in 0..<contestant.runsOfTurn { try contestant.plan.run(rows: 1) }
    try contestant.queueOwner.queue.finish()
    let microseconds = (clock.now - start).inMicroseconds / Double(contestant.runsOfTurn)
    contestant.least = min(contestant.least, microseconds)
  }

  private func contestant(
    _ product: ProductShape,
    _ variant: MatMulVariant
  ) throws(ComputeError) -> Contestant {
    let (m, n, k) = (product.m, product.n, product.k)
    let (a, b): (Shape, Shape) =
      switch product.transposition {
      case .nn: (.fixed(m, k), .fixed(k, n))
      case .nt: (.fixed(m, k), .fixed(n, k))
      case .tn: (.fixed(k, m), .fixed(k, n))
      }
    var graph = Graph()
    var operands = [
      try graph.add(.input(name: "a", shape: a), []),
      try graph.add(.variable(Variable(name: "b", shape: b)), []),
    ]
    var matmul = MatMul(product.transposition)
    if product.hasEpilogue {
      operands.append(try graph.add(.variable(Variable(name: "bias", shape: .fixed(n))), []))
      matmul = MatMul(product.transposition, hasBias: true, epilogue: .activation(.relu))
    }
    graph.outputs = [try graph.add(.matmul(matmul), operands)]
    let store = try OpenCLVariableStore(VariableLayout(graph.variables), backend: backend)
    let plan = try backend.compile(
      graph,
      batchCapacity: 1,
      variables: store,
      variants: table.forcing(variant)
    )
    return Contestant(variant: variant, plan: plan, queueOwner: store)
  }
}
