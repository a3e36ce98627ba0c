/// A page in the text exposition format of Prometheus, version 0.0.4.
///
/// ```
/// # HELP apus_rows_total The rows of answered requests.
/// # TYPE apus_rows_total counter
/// apus_rows_total{model="visits",version="3"} 128
/// ```
struct MetricsText {
  /// What a family of metrics is.
  enum Kind: String {
    case counter, gauge, histogram, summary
  }

  /// Names with values, in the order in which they are written.
  typealias Labels = [(name: String, value: String)]

  /// The page so far.
  private(set) var text = ""

  private var family = ""

  /// Starts a family; all its samples follow at once.
  mutating func begin(_ name: String, _ kind: Kind, _ help: String) {
    family = name
    text += "# HELP \(name) \(help)\n# TYPE \(name) \(kind.rawValue)\n"
  }

  /// Adds a sample to the family.
  mutating func add(_ value: Double, _ labels: Labels = [], suffix: String = "") {
    text += family + suffix
    if !labels.isEmpty {
      let pairs = labels.map { "\($0.name)=\"\(Self.escaped($0.value))\"" }
      text += "{" + pairs.joined(separator: ",") + "}"
    }
    text += " " + Self.number(value) + "\n"
  }

  /// Adds the samples of a histogram whose buckets have these bounds and cumulative counts.
  mutating func add(
    buckets: [(bound: Double, count: UInt64)], sum: Double, count: UInt64, _ labels: Labels
  ) {
    for bucket in buckets {
      let bound = (name: "le", value: Self.number(bucket.bound))
      add(Double(bucket.count), labels + [bound], suffix: "_bucket")
    }
    add(Double(count), labels + [("le", "+Inf")], suffix: "_bucket")
    add(sum, labels, suffix: "_sum")
    add(Double(count), labels, suffix: "_count")
  }

  private static func escaped(_ value: String) -> String {
    var result = ""
    for character in value {
      switch character {
      case "\\": result += "\\\\"
      case "\"": result += "\\\""
      case "\n": result += "\\n"
      default: result.append(character)
      }
    }
    return result
  }

  private static func number(_ value: Double) -> String {
    if value.isNaN { return "NaN" }
    if value.isInfinite { return value < 0 ? "-Inf" : "+Inf" }
    return value == value.rounded() && abs(value) < 1e15 ? "\(Int64(value))" : "\(value)"
  }
}
