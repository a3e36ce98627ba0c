public import ApusData
internal import Foundation

/// What a column of the data holds, in the rows of training and in those held out.
public struct ColumnSummary: Codable, Hashable, Sendable {
  /// What the model does with it.
  public enum Role: String, Codable, Hashable, Sendable {
    /// It becomes features.
    case feature
    /// It is predicted.
    case label
    /// The model does not see it.
    case leftOut
  }

  /// The rows of one part.
  public struct Part: Codable, Hashable, Sendable {
    /// The rows.
    public let rows: Int
    /// Those without a value.
    public let missing: Int
    /// The mean of numbers.
    public let mean: Double?
    /// The standard deviation of numbers.
    public let deviation: Double?
    /// The rows in each bin.
    public let counts: [Int]
  }

  /// The most categories that have a bin of their own.
  static let categoryLimit = 9
  /// The bins of numbers.
  static let numberBins = 12

  /// The column's name.
  public let name: String
  /// The kind of its values.
  public let kind: String
  /// What the model does with it.
  public let role: Role
  /// The number of distinct values, in both parts.
  public let distinct: Int
  /// What each bin holds: a category, or numbers from and to.
  public let bins: [String]
  /// The rows of training.
  public let training: Part
  /// The rows held out.
  public let heldOut: Part
  /// How far the parts are from each other; nil where one has no row.
  ///
  /// The population stability index over the bins and the missing rows, `sum (a - b) ln(a / b)` of
  /// the shares a and b, each count raised by one half so that an empty bin is no infinity. Below
  /// 0.1 is usual, above 0.25 is another population. Source: Yurdakul, "Statistical properties of
  /// population stability index" (2018).
  public let drift: Double?

  /// Looks at a column.
  ///
  /// - Parameters:
  ///   - column: the column.
  ///   - training: the rows of training.
  ///   - heldOut: the rows held out.
  ///   - role: what the model does with it.
  /// - Complexity: O(n log n).
  public init(_ column: Column, training: [Int], heldOut: [Int], role: Role) {
    name = column.name
    kind = column.kind.rawValue
    self.role = role
    let all = training + heldOut
    let bin: (Int) -> Int?
    if column.kind.isNumeric {
      let values = all.compactMap { column.number(at: $0) }.sorted()
      let distinct = zip(values, values.dropFirst()).count { $0 != $1 }
      self.distinct = values.isEmpty ? 0 : distinct + 1
      let edges = Self.edges(values)
      bins = zip(edges, edges.dropFirst()).map { "\(Self.text($0)) – \(Self.text($1))" }
      let last = bins.count - 1
      bin = { row in
        column.number(at: row).map { value in
          let place = (value - edges[0]) / (edges[1] - edges[0])
          return Int(max(0, min(place, Double(last))))
        }
      }
    } else {
      var counts: [String: Int] = [:]
      for row in all { if let value = column.string(at: row) { counts[value, default: 0] += 1 } }
      distinct = counts.count
      let common = counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
        .prefix(Self.categoryLimit).map(\.key)
      bins = common + (counts.count > common.count ? ["(other)"] : [])
      let places = Dictionary(uniqueKeysWithValues: zip(common, 0...))
      bin = { row in column.string(at: row).map { places[$0] ?? common.count } }
    }
    let count = bins.count
    self.training = Part(column, training, binCount: count, bin)
    self.heldOut = Part(column, heldOut, binCount: count, bin)
    drift = Self.drift(self.training, self.heldOut)
  }

  /// The edges of equal bins from the first to the last percentile; the outer bins hold the rest.
  private static func edges(_ sorted: [Double]) -> [Double] {
    guard let first = sorted.first, let last = sorted.last, first < last else {
      return sorted.first.map { [$0, $0 + 1] } ?? [0, 1]
    }
    var (low, high) = (sorted[sorted.count / 100], sorted[sorted.count * 99 / 100])
    if low == high { (low, high) = (first, last) }
    return (0...numberBins).map { low + (high - low) * Double($0) / Double(numberBins) }
  }

  private static func text(_ number: Double) -> String {
    number.formatted(.number.precision(.significantDigits(1...3)).locale(Locale(identifier: "C")))
  }

  private static func drift(_ a: Part, _ b: Part) -> Double? {
    guard a.rows > 0, b.rows > 0 else { return nil }
    func shares(_ part: Part) -> [Double] {
      let counts = part.counts + [part.missing]
      let all = Double(part.rows) + 0.5 * Double(counts.count)
      return counts.map { (Double($0) + 0.5) / all }
    }
    return zip(shares(a), shares(b)).reduce(0) { $0 + ($1.0 - $1.1) * log($1.0 / $1.1) }
  }
}

extension ColumnSummary.Part {
  fileprivate init(_ column: Column, _ rows: [Int], binCount: Int, _ bin: (Int) -> Int?) {
    var counts = [Int](repeating: 0, count: binCount)
    var (missing, sum, squares) = (0, 0.0, 0.0)
    for row in rows {
      guard let place = bin(row) else {
        missing += 1
        continue
      }
      counts[place] += 1
      sum += column.number(at: row) ?? 0
    }
    let present = Double(rows.count - missing)
    let isNumeric = column.kind.isNumeric && present > 0
    let mean = sum / present
    if isNumeric {
      for row in rows {
        let deviation = (column.number(at: row) ?? mean) - mean
        squares += deviation * deviation
      }
    }
    self.init(
      rows: rows.count, missing: missing, mean: isNumeric ? mean : nil,
      deviation: isNumeric ? (squares / present).squareRoot() : nil, counts: counts)
  }
}
