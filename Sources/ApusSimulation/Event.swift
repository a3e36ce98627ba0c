/// Something that happened to one item within a session.
struct Event {
  /// The kinds of events.
  enum Kind: String {
    case view, cart, purchase
  }

  /// What happened.
  let kind: Kind
  /// The number of the item.
  let item: Int
  /// The seconds from the start of the session.
  let offset: Int

  /// Appends the event to a row.
  ///
  /// - Parameters:
  ///   - session: The session in which it happened.
  ///   - number: The number of the session.
  ///   - date: The date of the day on which the session began.
  ///   - file: The file; the row is left open.
  func write(of session: Session, number: Int, date: String, to file: inout CSVFile) {
    let second = session.second + offset
    let midnights = second / ShopCalendar.secondsPerDay
    file.session(number)
    file.user(session.user)
    file.item(item)
    file.text(kind.rawValue)
    file.moment(
      date: midnights == 0 ? date : ShopCalendar.date(of: session.day + midnights),
      second: second % ShopCalendar.secondsPerDay
    )
  }
}

extension Session {
  /// Returns the events of the session in the order of time.
  ///
  /// Whoever buys, buys the basket after the last look, or the best match where it is empty.
  ///
  /// - Parameter purchased: Whether the session ended in a purchase.
  /// - Returns: The events; a view for each look.
  func events(purchased: Bool) -> [Event] {
    var events: [Event] = []
    for view in views {
      events.append(Event(kind: .view, item: view.item, offset: view.offset))
      if view.isCarted {
        events.append(Event(kind: .cart, item: view.item, offset: view.offset + view.seconds))
      }
    }
    if !purchased { return events }
    let carted = views.filter(\.isCarted)
    let best = views.max { $0.match < $1.match }
    let bought = carted.isEmpty ? [best].compactMap { $0 } : carted
    for view in bought {
      events.append(Event(kind: .purchase, item: view.item, offset: productSeconds))
    }
    return events
  }
}
