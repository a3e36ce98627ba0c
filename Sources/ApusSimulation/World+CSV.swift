extension World {
  /// Writes `users.csv`, `items.csv` and `campaigns.csv`.
  ///
  /// - Parameter output: The folder that is being made.
  /// - Throws: ``SimulationError`` with code `fileSystem`.
  func write(to output: OutputDirectory) throws(SimulationError) {
    try writeUsers(to: output.path(of: "users.csv"))
    try writeItems(to: output.path(of: "items.csv"))
    try writeCampaigns(to: output.path(of: "campaigns.csv"))
  }

  private func writeUsers(to path: String) throws(SimulationError) {
    var file = try CSVFile(
      path: path,
      header: ["user", "region", "mainDevice", "tier", "joined"]
    )
    for (number, user) in users.enumerated() {
      file.user(number)
      file.text(user.region.rawValue)
      file.text(user.mainDevice.rawValue)
      file.text(user.tier.rawValue)
      if user.lastVisit == nil {
        file.text(ShopCalendar.date(of: user.joinDay))
      } else {
        file.blank()
      }
      try file.endRow()
    }
    try file.finish()
  }

  private func writeItems(to path: String) throws(SimulationError) {
    let header = ["item", "category", "price", "margin", "quality"]
    var file = try CSVFile(
      path: path,
      header: header + ["style1", "style2", "style3", "style4"]
    )
    for (number, item) in items.enumerated() {
      file.item(number)
      file.text(item.category.rawValue)
      file.number(item.price, decimals: 2)
      file.number(item.margin, decimals: 3)
      file.number(item.quality, decimals: 3)
      for axis in item.style.indices { file.number(item.style[axis], decimals: 4) }
      try file.endRow()
    }
    try file.finish()
  }

  private func writeCampaigns(to path: String) throws(SimulationError) {
    var file = try CSVFile(
      path: path,
      header: ["campaign", "channel", "discount", "firstDay", "lastDay"]
    )
    for (number, campaign) in campaigns.enumerated() {
      file.campaign(number)
      file.text(campaign.channel.rawValue)
      file.number(campaign.discount, decimals: 2)
      file.text(ShopCalendar.date(of: campaign.days.lowerBound))
      file.text(ShopCalendar.date(of: campaign.days.upperBound))
      try file.endRow()
    }
    try file.finish()
  }
}

extension CSVFile {
  /// Appends the name of a user.
  mutating func user(_ number: Int) { name("U", number, digits: 6) }

  /// Appends the name of an item.
  mutating func item(_ number: Int) { name("I", number, digits: 5) }

  /// Appends the name of a campaign.
  mutating func campaign(_ number: Int) { name("C", number, digits: 2) }

  /// Appends the name of a session.
  mutating func session(_ number: Int) { name("S", number, digits: 8) }
}
