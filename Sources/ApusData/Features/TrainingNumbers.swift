/// The numbers of a column in the training rows, in the order of the rows, read anew in each pass.
struct TrainingNumbers: Sequence {
  private let numbers: ColumnValues<Double>
  private let missing: RowMask
  private let rows: [Int]
  private let fill: Double?

  /// Looks at the rows of a column of numbers.
  ///
  /// - Parameters:
  ///   - column: The column.
  ///   - rows: The rows.
  ///   - fill: What stands in for a missing number; nil leaves its row out.
  init(of column: Column, in rows: [Int], filledWith fill: Double? = nil) {
    guard case .numbers(let numbers) = column.storage else {
      preconditionFailure("column \(column.name) of \(column.kind) has no numbers")
    }
    self.numbers = numbers
    self.missing = column.missing
    self.rows = rows
    self.fill = fill
  }

  struct Iterator: IteratorProtocol {
    fileprivate let source: TrainingNumbers
    fileprivate var place = 0

    mutating func next() -> Double? {
      while place < source.rows.count {
        let row = source.rows[place]
        place += 1
        guard source.missing.contains(row) else { return source.numbers[row] }
        if let fill = source.fill { return fill }
      }
      return nil
    }
  }

  func makeIterator() -> Iterator { Iterator(source: self) }
}

extension TrainingNumbers: HasMedian {
  /// The middle number, exact, in memory that does not grow with the rows.
  ///
  /// Four passes each count one digit of 16 bits of the numbers that begin with the digits found
  /// so far: the radix selection of an order statistic (Knuth, "The Art of Computer Programming",
  /// volume 3, 5.2.5, turned from sorting to selection).
  ///
  /// - Complexity: O(rows), and 512 KiB.
  func median() -> Double {
    let count = reduce(0) { sum, _ in sum + 1 }
    precondition(count > 0, "no numbers have a median")
    let upper = number(ofRank: count / 2)
    return count % 2 == 1 ? upper : number(ofRank: count / 2 - 1) / 2 + upper / 2
  }

  /// The number that sorting would bring to a place.
  private func number(ofRank rank: Int) -> Double {
    var (prefix, left) = (UInt64(0), rank)
    for shift in stride(from: 48, through: 0, by: -16) {
      var counts = [Int](repeating: 0, count: 1 << 16)
      for number in self {
        let key = Self.key(number)
        // Shifting by all 64 bits gives 0: before the first digit, all numbers agree.
        guard key >> UInt64(shift + 16) == prefix else { continue }
        counts[Int(key >> UInt64(shift) & 0xFFFF)] += 1
      }
      var digit = 0
      while left >= counts[digit] {
        left -= counts[digit]
        digit += 1
      }
      prefix = prefix << 16 | UInt64(digit)
    }
    return Self.number(prefix)
  }

  /// Bits that are ordered as the numbers are; -0 is 0.
  private static func key(_ number: Double) -> UInt64 {
    let bits = (number + 0).bitPattern
    return bits >> 63 == 1 ? ~bits : bits | 1 << 63
  }

  private static func number(_ key: UInt64) -> Double {
    Double(bitPattern: key >> 63 == 1 ? key & ~(1 << 63) : ~key)
  }
}
