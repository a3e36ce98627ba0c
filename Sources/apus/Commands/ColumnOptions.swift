internal import ApusData
internal import ArgumentParser

/// The options that say how columns become features.
struct ColumnOptions: ParsableArguments {
  @Option(help: "Columns to leave out, separated by commas.")
  var drop = CommaSeparated<String>([])

  @Option(help: "Columns whose kind is given, as COLUMN=KIND,...: \(ColumnOptions.kindNames).")
  var kinds = Assignments<ColumnKind>()

  @Option(
    help: """
      What stands in for missing values, as COLUMN=RULE,...: median, mostFrequent or \
      constant:VALUE. [default: median for numbers, mostFrequent for categories]
      """)
  var missing = Assignments<MissingRule>()

  @Flag(
    name: .customLong("no-missing-indicators"),
    help: "Give columns with missing values no feature that says so.")
  var hasNoIndicators = false

  @Option(help: "The number of categories up to which a column is one-hot; above it, it is hashed.")
  var oneHotLimit = 64

  private static let kindNames = ColumnKind.allCases.map(\.rawValue).joined(separator: " ")

  func validate() throws {
    guard 1...65_536 ~= oneHotLimit else {
      throw ValidationError("--one-hot-limit takes 1 to 65536, not \(oneHotLimit)")
    }
  }

  /// How columns become features.
  var features: FeatureOptions {
    FeatureOptions(
      oneHotLimit: oneHotLimit, missingIndicators: !hasNoIndicators,
      missingRules: missing.values, droppedColumns: Set(drop.elements))
  }
}

/// `COLUMN=VALUE,...` as it is typed.
struct Assignments<Value: RawRepresentable<String> & Hashable & Sendable>: Hashable, Sendable,
  ExpressibleByArgument
{
  private(set) var values: [String: Value] = [:]

  init() {}

  init?(argument: String) {
    for assignment in argument.split(separator: ",") {
      guard let equals = assignment.firstIndex(of: "="),
        let value = Value(rawValue: String(assignment[assignment.index(after: equals)...]))
      else { return nil }
      values[String(assignment[..<equals])] = value
    }
  }

  var defaultValueDescription: String {
    values.map { "\($0.key)=\($0.value.rawValue)" }.sorted().joined(separator: ",")
  }
}
