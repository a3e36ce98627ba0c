/// The kinds of goods on sale.
package enum ItemCategory: String, CaseIterable, Sendable {
  case bags, books, garden, kitchen, music, shoes, sports, toys

  /// The median price of the category.
  package var typicalPrice: Double {
    switch self {
    case .bags: 75
    case .books: 18
    case .garden: 55
    case .kitchen: 45
    case .music: 30
    case .shoes: 90
    case .sports: 65
    case .toys: 25
    }
  }
}

/// A direction in the space in which users' tastes and items' styles live.
package typealias Style = SIMD4<Double>

/// One thing on sale.
package struct Item: Sendable {
  /// The kind of goods.
  package let category: ItemCategory

  /// The price before discounts, log-normal around the typical price of the category.
  package let price: Double

  /// The share of the price that the shop earns, from 0.1 to 0.6.
  package let margin: Double

  /// How good it is for everyone, from 0 to 1.
  package let quality: Double

  /// What it is like, a unit vector near the centre of its category.
  package let style: Style

  /// Draws one item.
  ///
  /// - Parameters:
  ///   - index: Its number; items take the categories in turn.
  ///   - centre: The style of its category.
  ///   - seed: The seed of the simulation.
  init(index: Int, centre: Style, seed: UInt64) {
    var random = RandomStream(seed: seed, purpose: .item, first: index)
    category = Self.category(of: index)
    price = Mathematics.rounded(
      category.typicalPrice * Mathematics.exponential(0.45 * random.normal()),
      decimals: 2
    )
    margin = Mathematics.rounded(random.uniform(in: 0.1...0.6), decimals: 3)
    quality = Mathematics.rounded(Mathematics.sigmoid(random.normal()), decimals: 3)
    style = (centre + 0.35 * Style.drawn(from: &random)).normalised
  }

  /// Returns the category of the item with a given number.
  ///
  /// - Parameter index: The number of the item.
  /// - Returns: The category.
  static func category(of index: Int) -> ItemCategory {
    ItemCategory.allCases[index % ItemCategory.allCases.count]
  }
}

extension SIMD4 where Scalar == Double {
  /// Four independent standard normal numbers.
  static func drawn(from random: inout RandomStream) -> Self {
    Self(random.normal(), random.normal(), random.normal(), random.normal())
  }

  /// The vector of length one in the same direction.
  var normalised: Self {
    self / Mathematics.squareRoot(dot(self))
  }

  /// The scalar product with another vector.
  func dot(_ other: Self) -> Double {
    (self * other).sum()
  }
}
