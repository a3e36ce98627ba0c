public import Foundation

extension RunReport {
  /// The report's files in the folder of its model's version.
  public static let (dataFile, pageFile) = ("report.json", "report.html")

  /// The encoder of reports; what is not finite becomes text, which JSON has no number for.
  static func encoder() -> JSONEncoder {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: "Infinity", negativeInfinity: "-Infinity", nan: "NaN")
    return encoder
  }

  /// The report as JSON.
  ///
  /// - Throws: `EncodingError` when a value cannot be written.
  public func encoded() throws -> Data { try Self.encoder().encode(self) }

  /// Reads a report that `encoded` wrote.
  ///
  /// - Throws: `DecodingError` when it is none, or of a newer format.
  public init(decoding data: Data) throws {
    let decoder = JSONDecoder()
    decoder.nonConformingFloatDecodingStrategy = .convertFromString(
      positiveInfinity: "Infinity", negativeInfinity: "-Infinity", nan: "NaN")
    self = try decoder.decode(RunReport.self, from: data)
    guard formatVersion <= Self.currentFormatVersion else {
      throw DecodingError.dataCorrupted(
        DecodingError.Context(
          codingPath: [],
          debugDescription: "its format is \(formatVersion) and this version reads up to"
            + " \(Self.currentFormatVersion)"))
    }
  }
}
