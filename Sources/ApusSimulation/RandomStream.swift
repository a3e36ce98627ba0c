import ApusRandom

/// One independent sequence of random draws, named by what it is for.
///
/// A stream is a window on `Philox`; its name fills three of the four counter words and the draws
/// advance the fourth:
/// ```
/// key     = | seed, low half | seed, high half |
/// counter = | block 0, 1, …  | purpose | first | second |
/// ```
/// Two streams with different names never share a block, so a draw more in one place changes
/// nothing in any other.
package struct RandomStream {
  /// What a stream is used for; a part of its name.
  package enum Purpose: UInt32 {
    /// The centres of the item categories.
    case category = 1
    /// The attributes of one item.
    case item
    /// The attributes of one campaign.
    case campaign
    /// The attributes of one user.
    case user
    /// The number of sessions of one user on one day.
    case visits
    /// Everything within one session.
    case session
  }

  private let generator: Philox
  private var nextBlock: UInt64
  private var block = SIMD4<UInt32>()
  private var wordsUsed = 4
  private var spareNormal: Double?

  /// Opens a stream at its beginning.
  ///
  /// - Parameters:
  ///   - seed: The seed of the whole simulation.
  ///   - purpose: What the stream is used for.
  ///   - first: The index of its owner, such as a user.
  ///   - second: An index within the owner, such as a day.
  package init(seed: UInt64, purpose: Purpose, first: Int = 0, second: Int = 0) {
    let owner = UInt64(UInt32(first)) | UInt64(UInt32(second)) << 32
    generator = Philox(seed: seed, stream: owner)
    nextBlock = UInt64(purpose.rawValue) << 32
  }

  /// Draws 32 uniform bits.
  package mutating func word() -> UInt32 {
    if wordsUsed == 4 {
      block = generator.block(nextBlock)
      nextBlock += 1
      wordsUsed = 0
    }
    defer { wordsUsed += 1 }
    return block[wordsUsed]
  }

  /// Draws a number uniform on the open interval (0, 1).
  ///
  /// `(word + 1/2) / 2^32`: neither end can occur, so its logarithm is finite.
  package mutating func uniform() -> Double {
    (Double(word()) + 0.5) * 0x1p-32
  }

  /// Draws a number uniform on an open interval.
  ///
  /// - Parameter range: The interval; its two ends cannot occur.
  /// - Returns: The number.
  package mutating func uniform(in range: ClosedRange<Double>) -> Double {
    range.lowerBound + (range.upperBound - range.lowerBound) * uniform()
  }

  /// Draws `true` with a probability.
  ///
  /// - Parameter probability: The probability of `true`, from 0 to 1.
  /// - Returns: Whether it happens.
  package mutating func chance(_ probability: Double) -> Bool {
    uniform() < probability
  }

  /// Draws a standard normal number by the Box-Muller transform.
  ///
  /// Draws come in pairs; the second of a pair is kept for the next call.
  package mutating func normal() -> Double {
    if let spare = spareNormal {
      spareNormal = nil
      return spare
    }
    let radius = Mathematics.squareRoot(-2 * Mathematics.logarithm(uniform()))
    let angle = 2 * Double.pi * uniform()
    spareNormal = radius * Mathematics.sine(angle)
    return radius * Mathematics.cosine(angle)
  }

  /// Draws a number from the exponential distribution.
  ///
  /// - Parameter mean: The mean of the distribution.
  /// - Returns: The number, positive.
  package mutating func exponential(mean: Double) -> Double {
    -mean * Mathematics.logarithm(uniform())
  }

  /// Draws a count from the Poisson distribution.
  ///
  /// Multiplies uniforms until they fall below `exp(-mean)` (D. E. Knuth, The Art of Computer
  /// Programming, volume 2, 3.4.1). Complexity: O(`mean`).
  ///
  /// - Parameter mean: The mean of the distribution, from 0 to 100.
  /// - Returns: The count.
  package mutating func poisson(mean: Double) -> Int {
    precondition((0...100).contains(mean), "a Poisson mean is from 0 to 100, not \(mean)")
    let floor = Mathematics.exponential(-mean)
    var product = uniform()
    var count = 0
    while product > floor {
      product *= uniform()
      count += 1
    }
    return count
  }

  /// Draws an index below a bound, each with the same probability.
  ///
  /// - Parameter bound: The number of outcomes, from 1 to 2^32 - 1.
  /// - Returns: The index.
  package mutating func index(below bound: Int) -> Int {
    precondition(bound > 0, "an index needs a positive bound, not \(bound)")
    return Int((UInt64(word()) * UInt64(bound)) >> 32)
  }

  /// Draws an index with probability proportional to its weight.
  ///
  /// - Parameter weights: The weights, none negative, at least one positive.
  /// - Returns: The index.
  package mutating func index(weights: [Double]) -> Int {
    var remaining = uniform() * weights.reduce(0, +)
    for (index, weight) in weights.enumerated() {
      remaining -= weight
      if remaining < 0 { return index }
    }
    return weights.count - 1
  }

  /// Draws one of the cases of an enumeration, each with the same probability.
  ///
  /// - Parameter type: The enumeration.
  /// - Returns: The case.
  package mutating func element<Element: CaseIterable>(of type: Element.Type) -> Element
  where Element.AllCases == [Element] {
    Element.allCases[index(below: Element.allCases.count)]
  }
}
