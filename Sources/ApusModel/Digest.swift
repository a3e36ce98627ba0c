internal import Crypto
internal import Foundation

/// A SHA-256 digest, written as 64 lower-case hexadecimal digits.
public struct Digest: Hashable, Sendable, Codable, CustomStringConvertible {
  /// The 64 digits.
  public let description: String

  /// The digest of `bytes`.
  public init(of bytes: [UInt8]) { self.init(SHA256.hash(data: bytes)) }

  /// The digest of a file, read in pieces.
  ///
  /// - Throws: a Foundation error when the file cannot be read.
  public init(ofFile path: String) throws {
    let file = try FileHandle(forReadingFrom: URL(filePath: path))
    defer { try? file.close() }
    var hash = SHA256()
    while let piece = try file.read(upToCount: 1 << 20), !piece.isEmpty {
      hash.update(data: piece)
    }
    self.init(hash.finalize())
  }

  init(_ hash: SHA256.Digest) {
    let digits = Array("0123456789abcdef")
    description = String(hash.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] })
  }

  private init(description: String) { self.description = description }

  /// All zeros: what a manifest has in place of its own seal while the seal is computed.
  static let zeros = Digest(description: String(repeating: "0", count: 64))

  /// The 32 bytes.
  public var bytes: [UInt8] {
    let digits = description.utf8.map { $0 < 58 ? $0 &- 48 : $0 &- 87 }
    return stride(from: 0, to: digits.count - 1, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
  }

  /// Reads the digits.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    let text = try container.decode(String.self)
    guard text.utf8.count == 64,
      text.utf8.allSatisfy({ 48...57 ~= $0 || 97...102 ~= $0 })
    else {
      throw DecodingError.dataCorruptedError(
        in: container, debugDescription: "a digest has 64 hexadecimal digits, not \(text)")
    }
    description = text
  }

  /// Writes the digits.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(description)
  }
}
