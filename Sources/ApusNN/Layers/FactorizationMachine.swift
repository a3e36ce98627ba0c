internal import ApusCompute

/// The second-order term of a factorization machine: every pair of vectors, multiplied.
///
/// ```
/// sum over i < j of v[i] * v[j]  =  ((sum of v[i])² - sum of v[i]²) / 2        element by element
/// ```
/// The right side costs as many operations as there are numbers. A numeric feature x stands for the
/// vector `x u` with a trained u, so that the sums over all numeric features are the products `X U`
/// and `X² U²`. Source: Rendle, "Factorization Machines", ICDM 2010; as a vector: He and Chua,
/// "Neural Factorization Machines", SIGIR 2017.
enum FactorizationMachine {
  /// Appends the term of some vectors and some numbers.
  ///
  /// - Parameters:
  ///   - vectors: nodes of rows x width; there is one, or there are numbers.
  ///   - numbers: a node of rows x p numeric features, or nil for none.
  ///   - width: the numbers in a vector.
  ///   - name: the prefix of the trained vectors of the numbers, p x width.
  ///   - network: the network under construction.
  /// - Returns: a node of rows x width, whose columns sum up to the term.
  /// - Throws: `ComputeError.shapeMismatch` when a vector has another width.
  static func pairs(
    of vectors: [Graph.NodeID], _ numbers: Graph.NodeID?, width: Int, named name: String,
    in network: inout Network
  ) throws(ComputeError) -> Graph.NodeID {
    var (sums, squares) = (vectors, [Graph.NodeID]())
    for vector in vectors { squares.append(try network.graph.squared(vector)) }
    if let numbers {
      let count = network.graph[numbers].shape.columns
      let weight = try network.addParameter(
        "\(name).weight", .fixed(count, width), .uniform(limit: 0.05))
      sums.append(try network.graph.add(.matmul(MatMul()), [numbers, weight]))
      let operands = [try network.graph.squared(numbers), try network.graph.squared(weight)]
      squares.append(try network.graph.add(.matmul(MatMul()), operands))
    }
    let sum = try network.graph.join(sums, by: .add)
    let squareOfSum = try network.graph.squared(sum)
    let sumOfSquares = try network.graph.join(squares, by: .add)
    let difference = try network.graph.add(.binary(.subtract), [squareOfSum, sumOfSquares])
    let half = try network.graph.add(.constant(0.5), [])
    return try network.graph.add(.binary(.multiply), [difference, half])
  }
}

extension Graph {
  fileprivate mutating func squared(_ x: NodeID) throws(ComputeError) -> NodeID {
    try add(.binary(.multiply), [x, x])
  }
}
