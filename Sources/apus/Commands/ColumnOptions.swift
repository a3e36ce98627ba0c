internal import ApusData
internal import ArgumentParser

/// The options that say how columns become features.
struct ColumnOptions: ParsableArguments {
  @Option(help: "Columns to leave out, separated by commas.")
  var drop = CommaSeparated<String>([])

  @Option(help: "Columns whose kind is given, as COLUMN=KIND,...: \(ColumnOptions.kindNames).")
  var kinds = Assignments<ColumnKind>()

  @Option(
    name: .customLong("columns"),
    help: """
      How columns of text become features, as COLUMN=FORM,...: identifier, multi-hot, bag or \
      sequence, hashed- before it for hashes, and :words or a separator (| space comma semicolon \
      tab) behind it, as in title=bag:words,areas=multi-hot:|
      """)
  var forms = Assignments<ColumnForm>()

  @Option(help: "The greatest number of tokens of a bag or a sequence.")
  var tokenLimit = 128

  @Option(
    help: """
      The training rows that a category or a token needs to be told from unknown ones. [default: 5]
      """)
  var minimumRows: Int?

  @Option(
    help: """
      What stands in for missing values, as COLUMN=RULE,...: median, mostFrequent, \
      constant:VALUE or nothing. [default: median for numbers, mostFrequent for categories, \
      nothing for --columns]
      """)
  var missing = Assignments<MissingRule>()

  @Flag(
    name: .customLong("no-missing-indicators"),
    help: "Give columns with missing values no feature that says so.")
  var hasNoIndicators = false

  @Option(
    help: """
      The number of categories up to which a column is one-hot; above it, it is hashed, or with a \
      named net an identifier.
      """)
  var oneHotLimit = 64

  private static let kindNames = ColumnKind.allCases.map(\.rawValue).joined(separator: " ")

  func validate() throws {
    guard 1...65_536 ~= oneHotLimit else {
      throw ValidationError("--one-hot-limit takes 1 to 65536, not \(oneHotLimit)")
    }
    guard 1...IdentifierEncoding.lengthLimit ~= tokenLimit else {
      throw ValidationError(
        "--token-limit takes 1 to \(IdentifierEncoding.lengthLimit), not \(tokenLimit)")
    }
    guard minimumRows ?? 1 > 0 else {
      throw ValidationError("--minimum-rows takes a positive number, not \(minimumRows ?? 0)")
    }
  }

  /// How columns become features.
  var features: FeatureOptions {
    var features = FeatureOptions(
      oneHotLimit: oneHotLimit, missingIndicators: !hasNoIndicators,
      missingRules: missing.values, droppedColumns: Set(drop.elements), forms: forms.values,
      tokenLimit: tokenLimit)
    if let minimumRows { features.minimumCategoryRows = minimumRows }
    return features
  }

  /// The kinds of the columns that are not found out: those given, and text where a form needs it.
  var readingKinds: [String: ColumnKind] {
    kinds.values.merging(forms.values.mapValues(\.kind)) { given, _ in given }
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
