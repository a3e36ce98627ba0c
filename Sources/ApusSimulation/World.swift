/// Everything that exists before the first visitor comes: items, campaigns and users.
package struct World: Sendable {
  /// The goods on sale.
  package let items: [Item]

  /// The campaigns, in the order of their first days.
  package let campaigns: [Campaign]

  /// The users.
  package let users: [User]

  /// The numbers of the items of each category.
  package let itemsOfCategory: [[Int]]

  /// Draws a world.
  ///
  /// - Parameter configuration: Its size and seed.
  package init(_ configuration: ShopConfiguration) {
    let seed = configuration.seed
    let categories = ItemCategory.allCases.count
    let centres = (0..<categories).map { index in
      var random = RandomStream(seed: seed, purpose: .category, first: index)
      return Style.drawn(from: &random).normalised
    }
    items = (0..<configuration.items).map { index in
      Item(index: index, centre: centres[index % categories], seed: seed)
    }
    itemsOfCategory = (0..<categories).map { category in
      Array(stride(from: category, to: configuration.items, by: categories))
    }
    campaigns = (0..<Campaign.count(in: configuration.days)).map { index in
      Campaign(index: index, dayCount: configuration.days, seed: seed)
    }
    users = (0..<configuration.users).map { index in
      User(index: index, days: configuration.days, centres: centres, seed: seed)
    }
  }
}
