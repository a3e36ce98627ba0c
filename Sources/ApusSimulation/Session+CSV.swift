extension Session {
  /// The columns of `sessions.csv`.
  static let columns = [
    "session", "user", "timestamp", "weekday", "hour", "channel", "device", "region",
    "visitorType", "tier", "daysSinceLastVisit", "campaign", "discount", "informationPages",
    "informationSeconds", "productPages", "productSeconds", "bounceRate", "loadMilliseconds",
    "basketItems", "basketValue", "bestMatch", "purchased",
  ]

  /// Appends the fields of the session to a row, in the order of the columns.
  ///
  /// - Parameters:
  ///   - number: The number of the session.
  ///   - date: The date of its day.
  ///   - purchased: Whether it ended in a purchase.
  ///   - file: The file; the row is left open.
  func write(number: Int, date: String, purchased: Bool, to file: inout CSVFile) {
    file.session(number)
    file.user(user)
    file.moment(date: date, second: second)
    file.text(ShopCalendar.weekdays[weekday])
    file.integer(hour)
    file.text(channel.rawValue)
    file.text(device.rawValue)
    file.text(region?.rawValue ?? "")
    file.text(visitorType.rawValue)
    file.text(tier.rawValue)
    if let daysSinceLastVisit {
      file.number(daysSinceLastVisit, decimals: 1)
    } else {
      file.blank()
    }
    if let campaign { file.campaign(campaign) } else { file.text("none") }
    file.number(discount, decimals: 2)
    file.integer(informationPages)
    file.number(informationSeconds, decimals: 1)
    file.integer(productPages)
    file.integer(productSeconds)
    file.number(bounceRate, decimals: 4)
    if let loadMilliseconds { file.integer(loadMilliseconds) } else { file.blank() }
    file.integer(basketItems)
    file.number(basketValue, decimals: 2)
    file.number(bestMatch, decimals: 3)
    file.text(purchased ? "true" : "false")
  }
}
