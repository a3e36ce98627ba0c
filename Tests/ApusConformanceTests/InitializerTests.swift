import ApusCompute
import ApusNN
import Testing

/// The initialisers against their definitions.
@Suite("Initialisers")
struct InitializerTests {
  private func values(_ initializer: Initializer, _ rows: Int, _ columns: Int) -> [Double] {
    initializer.values(shape: .fixed(rows, columns), seed: 121, stream: 3).doubles
  }

  @Test("constants")
  func constants() {
    #expect(values(.zeros, 2, 3) == [0, 0, 0, 0, 0, 0])
    #expect(values(.ones, 1, 2) == [1, 1])
    #expect(values(.constant(2.5), 1, 2) == [2.5, 2.5])
  }

  @Test("limits and deviations, 200 inputs and 300 outputs")
  func deviations() {
    // Uniform numbers deviate by limit / sqrt(3), whatever is asked for by its variance by that.
    let expected: [(Initializer, deviation: Double, limit: Double)] = [
      (.uniform(limit: 0.3), 0.3 / 3.0.squareRoot(), 0.3),
      (.normal(deviation: 2), 2, .infinity),
      (.truncatedNormal(deviation: 2), 2 * 0.879_625_66, 4),
      (.glorotUniform, (2 / 500.0).squareRoot(), (6 / 500.0).squareRoot()),
      (.glorotNormal, (2 / 500.0).squareRoot(), .infinity),
      (.heUniform, (2 / 200.0).squareRoot(), (6 / 200.0).squareRoot()),
      (.heNormal, (2 / 200.0).squareRoot(), .infinity),
      (.lecunUniform, (1 / 200.0).squareRoot(), (3 / 200.0).squareRoot()),
      (.lecunNormal, (1 / 200.0).squareRoot(), 2 / 0.879 * (1 / 200.0).squareRoot()),
    ]
    for (initializer, deviation, limit) in expected {
      let x = values(initializer, 200, 300)
      let mean = x.reduce(0, +) / Double(x.count)
      let found = (x.reduce(0) { $0 + $1 * $1 } / Double(x.count)).squareRoot()
      #expect(abs(mean) < 0.02 * deviation, "\(initializer)")
      #expect(abs(found / deviation - 1) < 0.01, "\(initializer): \(found), not \(deviation)")
      #expect(x.allSatisfy { abs($0) <= limit }, "\(initializer)")
    }
  }

  @Test("the shares of a normal distribution")
  func shares() {
    let x = values(.normal(deviation: 1), 300, 1000)
    for (quantile, share) in [
      (-3.0902323, 0.001), (-1.959964, 0.025), (-0.6744898, 0.25), (0, 0.5), (1.2815516, 0.9),
      (2.3263479, 0.99),
    ] {
      let found = Double(x.count { $0 <= quantile }) / Double(x.count)
      let error = 4 * (share * (1 - share) / Double(x.count)).squareRoot()
      #expect(abs(found - share) < error, "\(found), not \(share), below \(quantile)")
    }
  }

  @Test("orthogonal rows or columns", arguments: [(5, 5), (3, 40), (40, 3)])
  func orthogonal(_ rows: Int, _ columns: Int) {
    let x = values(.orthogonal(gain: 2), rows, columns)
    let isWide = rows < columns
    let count = min(rows, columns)
    for i in 0..<count {
      for j in 0..<count {
        let product = (0..<max(rows, columns)).reduce(0.0) {
          $0
            + (isWide
              ? x[i * columns + $1] * x[j * columns + $1]
              : x[$1 * columns + i] * x[$1 * columns + j])
        }
        #expect(abs(product - (i == j ? 4 : 0)) < 1e-5)
      }
    }
  }
}
