internal import ApusData
internal import ArgumentParser

/// The options of every command that reads a CSV file.
struct ReadingOptions: ParsableArguments {
  @Option(help: "The CSV file.")
  var data: String

  @Flag(name: .customLong("no-header"), help: "The file has no header: columns are column1, ...")
  var hasNoHeader = false

  @Option(help: "The delimiter: comma, semicolon or tab. [default: found in the first lines]")
  var delimiter: Delimiter?

  enum Delimiter: String, ExpressibleByArgument, CaseIterable {
    case comma, semicolon, tab

    var byte: UInt8 {
      switch self {
      case .comma: UInt8(ascii: ",")
      case .semicolon: UInt8(ascii: ";")
      case .tab: UInt8(ascii: "\t")
      }
    }
  }

  /// What the reader is told.
  var options: CSVOptions {
    CSVOptions(delimiter: delimiter?.byte, hasHeader: !hasNoHeader)
  }
}

/// A list of words separated by commas.
struct CommaSeparated<Element: LosslessStringConvertible & Hashable & Sendable>: Hashable, Sendable,
  ExpressibleByArgument
{
  var elements: [Element]

  init(_ elements: [Element]) { self.elements = elements }

  init?(argument: String) {
    elements = []
    for word in argument.split(separator: ",") {
      guard let element = Element(String(word)) else { return nil }
      elements.append(element)
    }
  }

  var defaultValueDescription: String { elements.map(\.description).joined(separator: ",") }
}
