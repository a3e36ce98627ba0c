extension VariantCheck {
  /// Two factors and a bias, and their product by plain loops.
  struct Operands {
    let extents: (m: Int, n: Int, k: Int)
    /// Whether all sums are exact in float32 whatever their order.
    let areWhole: Bool
    /// m x k.
    let a: [Float]
    /// k x n.
    let b: [Float]
    /// n.
    let bias: [Float]

    /// Numbers from -4 to 4, which every precision holds.
    static func wholeNumbers(_ extents: (m: Int, n: Int, k: Int)) -> Operands {
      let (m, n, k) = extents
      return Operands(
        extents: extents,
        areWhole: true,
        a: (0..<m * k).map { Float($0 * 7 % 9) - 4 },
        b: (0..<k * n).map { Float($0 * 5 % 7) - 3 },
        bias: (0..<n).map { Float($0 % 11) - 5 }
      )
    }

    /// Numbers from -1 to 1 with full significands.
    static func reals(_ extents: (m: Int, n: Int, k: Int), seed: UInt64) -> Operands {
      let (m, n, k) = extents
      var state = (seed + 1) &* 0x9E37_79B9_7F4A_7C15
      func next() -> Float {
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        return Float(Int64(state >> 40)) / Float(1 << 23) - 1
      }
      return Operands(
        extents: extents,
        areWhole: false,
        a: (0..<m * k).map { _ in next() },
        b: (0..<k * n).map { _ in next() },
        bias: (0..<n).map { _ in next() }
      )
    }

    /// The product by plain loops.
    ///
    /// - Parameter isExact: whether no step rounds, so that no fma is needed.
    /// - Returns: the product, each element one chain over ascending k, and where steps round the
    ///   sums of the terms' magnitudes.
    func sums(isExact: Bool) -> (values: [Float], magnitudes: [Double]) {
      let (m, n, k) = extents
      var values = [Float](repeating: 0, count: m * n)
      var magnitudes = [Double](repeating: 0, count: m * n)
      for row in 0..<m {
        for l in 0..<k {
          let factor = a[row * k + l]
          for column in 0..<n {
            let other = b[l * n + column]
            if isExact {
              values[row * n + column] += factor * other
            } else {
              values[row * n + column].addProduct(factor, other)
              magnitudes[row * n + column] += Double((factor * other).magnitude)
            }
          }
        }
      }
      return (values, magnitudes)
    }

    /// The product with bias and ReLU.
    func finished(_ sums: [Float]) -> [Float] {
      sums.indices.map { max(0, sums[$0] + bias[$0 % extents.n]) }
    }

    /// A matrix of `columns` columns, transposed.
    static func transposed(_ matrix: [Float], columns: Int) -> [Float] {
      let rows = matrix.count / columns
      return matrix.indices.map { matrix[$0 % rows * columns + $0 / rows] }
    }
  }
}
