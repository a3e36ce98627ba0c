import ApusCompute

/// Timing of plans that compute the same in different ways.
///
/// The plans take turns, so that whatever else the machine does meets all of them.
struct PlanTimer {
  /// A plan, and what is known of its time.
  private struct Contestant {
    let name: String
    let plan: any Plan
    let store: OpenCLVariableStore
    /// The least time of a run so far, in microseconds.
    var least = Double.infinity
    /// The runs that are handed over together.
    var runsOfTurn = 1
  }

  private let rows: Int
  private var contestants: [Contestant] = []
  private let clock = ContinuousClock()

  /// Makes a timer without plans, for runs of `rows` rows.
  init(rows: Int) {
    self.rows = rows
  }

  /// Adds a way to compute a graph.
  ///
  /// - Parameters:
  ///   - name: the name under which its time is told.
  ///   - graph: the graph.
  ///   - table: which kernel computes which product.
  ///   - backend: the device.
  /// - Throws: `ComputeError` when the device does not take the graph.
  mutating func add(
    _ name: String,
    _ graph: Graph,
    by table: VariantTable,
    on backend: OpenCLBackend
  ) throws(ComputeError) {
    let store = try OpenCLVariableStore(VariableLayout(graph.variables), backend: backend)
    let plan = try backend.compile(graph, batchCapacity: rows, variables: store, variants: table)
    contestants.append(Contestant(name: name, plan: plan, store: store))
  }

  /// The least time of a run of each plan, launches counted and copies not.
  ///
  /// Runs are handed over a few at a time and waited for once, as a plan of many steps is run.
  ///
  /// - Parameter budget: how long to time each plan; it has two runs at least, the first of which
  ///   is not timed.
  /// - Returns: microseconds, by name.
  /// - Throws: `ComputeError` when the device fails.
  mutating func microseconds(budget: Duration) throws(ComputeError) -> [String: Double] {
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
    return Dictionary(uniqueKeysWithValues: contestants.map { ($0.name, $0.least) })
  }

  private func takeTurn(_ contestant: inout Contestant) throws(ComputeError) {
    let start = clock.now
    for _ in 0..<contestant.runsOfTurn { try contestant.plan.run(rows: rows) }
    try contestant.store.queue.finish()
    let microseconds = (clock.now - start).inMicroseconds / Double(contestant.runsOfTurn)
    contestant.least = min(contestant.least, microseconds)
  }
}

extension ProductShape {
  /// A graph of this product alone, whose second factor is a weight.
  func graph() throws(ComputeError) -> Graph {
    let (a, b): (Shape, Shape) =
      switch transposition {
      case .nn: (.fixed(m, k), .fixed(k, n))
      case .nt: (.fixed(m, k), .fixed(n, k))
      case .tn: (.fixed(k, m), .fixed(k, n))
      }
    var graph = Graph()
    var operands = [
      try graph.add(.input(name: "a", shape: a), []),
      try graph.add(.variable(Variable(name: "b", shape: b)), []),
    ]
    var matmul = MatMul(transposition)
    if hasEpilogue {
      operands.append(try graph.add(.variable(Variable(name: "bias", shape: .fixed(n))), []))
      matmul = MatMul(transposition, hasBias: true, epilogue: .activation(.relu))
    }
    graph.outputs = [try graph.add(.matmul(matmul), operands)]
    return graph
  }
}
