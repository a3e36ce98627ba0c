/// The rows, items and scores of a frame, written out.
struct PayloadValues: CustomStringConvertible {
  let description: String

  /// Reads the payload of a frame; `nil` for a type without one.
  init?(_ frame: Frame) throws(WireError) {
    switch frame.header.type {
    case .score, .extract:
      let request = try ScoreRequest(decoding: frame.body)
      switch request.encoding {
      case .floatRows:
        description = request.withFloatRows { rows in
          "values=" + Self.rows(rows, width: request.columnCount)
        }
      case .rawColumns: description = Self.columns(try request.rawColumns())
      }
    case .rank:
      let request = try RankRequest(decoding: frame.body)
      switch request.encoding {
      case .floatRows:
        description = request.withFloatRows { shared, items in
          let width = request.columnCount - request.sharedWidth
          let user = Self.rows(shared, width: max(1, request.sharedWidth))
          return "shared=\(user) items=" + Self.rows(items, width: width)
        }
      case .rawColumns: description = Self.columns(try request.rawColumns())
      }
    case .scoreOK, .extractOK:
      let reply = try ScoreReply(decoding: frame.body)
      var text = "values=" + Self.rows(reply.scores.span, width: max(1, reply.outputWidth))
      let failures = reply.failures.enumerated().compactMap { row, code in
        code.map { "row \(row): \(WireError.Code.names[UInt64($0.rawValue)] ?? "\($0.rawValue)")" }
      }
      if !failures.isEmpty { text += " failed=[" + failures.joined(separator: ", ") + "]" }
      description = text
    case .rankOK:
      let reply = try RankReply(decoding: frame.body)
      let pairs = zip(reply.items, reply.scores).map { "\($0): \($1)" }
      description = "best=[" + pairs.joined(separator: ", ") + "]"
    default: return nil
    }
  }

  private static func rows(_ numbers: Span<Float>, width: Int) -> String {
    var text = "["
    for index in numbers.indices {
      if index > 0 { text += index % width == 0 ? "; " : ", " }
      text += "\(numbers[index])"
    }
    return text + "]"
  }

  private static func columns(_ columns: [RawColumn]) -> String {
    let texts = columns.map { column in
      let values = (0..<column.rowCount).map { row in
        guard !column.isMissing(row) else { return "missing" }
        switch column.values {
        case .numbers(let numbers): return "\(numbers[row])"
        case .booleans(let booleans): return "\(booleans[row])"
        case .categories(let dictionary, let codes):
          return dictionary[Int(codes[row])].debugDescription
        }
      }
      return "[" + values.joined(separator: ", ") + "]"
    }
    return "columns=[" + texts.joined(separator: ", ") + "]"
  }
}
