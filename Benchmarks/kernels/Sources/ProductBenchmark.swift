internal import ApusCompute

/// Multiplies two matrices, neither of them prepared in any way beforehand.
struct ProductBenchmark {
  private let product: MatMul
  private let (m, n, k): (Int, Int, Int)
  private let a: [Float]
  private let b: [Float]
  private let plan: any Plan
  private let fence: Fence

  /// Makes up the operands and compiles the product.
  ///
  /// - Parameters:
  ///   - transposition: How the operands lie.
  ///   - m: Rows of the result.
  ///   - n: Columns of the result.
  ///   - k: What is summed over.
  ///   - backend: The device.
  /// - Throws: `ComputeError`.
  init(
    _ transposition: MatMul.Transposition, m: Int, n: Int, k: Int, on backend: any Backend
  ) throws {
    product = MatMul(transposition)
    (self.m, self.n, self.k) = (m, n, k)
    a = Numbers.values(m * k, seed: 1)
    b = Numbers.values(k * n, seed: 2)
    var graph = Graph()
    let left = try graph.add(
      .input(name: "a", shape: transposition == .tn ? .fixed(k, m) : .fixed(m, k)), [])
    let right = try graph.add(
      .input(name: "b", shape: transposition == .nt ? .fixed(n, k) : .fixed(k, n)), [])
    graph.outputs = [try graph.add(.matmul(product), [left, right])]
    fence = try Fence(in: &graph)
    plan = try backend.compile(
      graph, batchCapacity: 1, variables: try backend.makeVariables([]))
    for (index, values) in [a, b].enumerated() {
      plan.withInput(index, rows: 1) { input in
        for element in values.indices { input[element] = values[element] }
      }
    }
  }

  /// Measures products after one that is checked.
  ///
  /// - Parameters:
  ///   - sampler: How long and how.
  ///   - factorError: What the device's precision may take from a product of two factors, as a
  ///     share of it.
  /// - Returns: The times, and the greatest error as a share of what rounding may do.
  /// - Throws: `ComputeError`.
  func measured(_ sampler: Sampler, factorError: Double) throws -> Measurement {
    try plan.run(rows: 1)
    let error = try plan.withOutput(0, rows: 1) { worstError(of: $0, factorError) }
    let times = try sampler.times(
      { _ in try plan.run(rows: 1) }, wait: { try fence.wait(for: plan) })
    return Measurement(times: times, error: error, bound: 1)
  }

  /// The greatest error of 256 elements, as a share of what rounding may do to them:
  /// `(factorError + 2 k 2⁻²⁴) sum |a| |b|`.
  private func worstError(of c: Span<Float>, _ factorError: Double) -> Double {
    let relative = factorError + Double(2 * k) * 0x1p-24
    var worst = 0.0
    for sample in 0..<256 {
      let (row, column) = (sample * 7919 % m, sample * 104_729 % n)
      var (sum, magnitude) = (0.0, 0.0)
      for index in 0..<k {
        let left = product.transposition == .tn ? a[index * m + row] : a[row * k + index]
        let right = product.transposition == .nt ? b[column * k + index] : b[index * n + column]
        sum += Double(left) * Double(right)
        magnitude += abs(Double(left) * Double(right))
      }
      let share = abs(Double(c[row * n + column]) - sum) / (relative * magnitude)
      worst = share <= worst ? worst : share
    }
    return worst
  }
}
