/// The number by which a connection names one sealed artifact.
///
/// A server derives it from the artifact's digest: a handle kept over a reconnection means the same
/// artifact or nothing at all. It is never zero.
public struct ModelHandle: RawRepresentable, Hashable, Sendable {
  /// The number on the wire.
  public let rawValue: UInt32

  /// Creates a handle from its number on the wire.
  public init(rawValue: UInt32) { self.rawValue = rawValue }
}

/// The rule that names and versions of models obey: `[a-z0-9_.-]{1,64}`.
public enum ModelName {
  /// Whether `name` obeys the rule.
  public static func isValid(_ name: String) -> Bool {
    (1...WireLimits.nameLength).contains(name.utf8.count)
      && name.utf8.allSatisfy { byte in
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
          UInt8(ascii: "_"), UInt8(ascii: "."), UInt8(ascii: "-"):
          true
        default: false
        }
      }
  }
}

extension BodyReader {
  /// Reads the name or the version of a model.
  mutating func readModelName() throws(WireError) -> String {
    let name = try readText(maximumLength: WireLimits.nameLength)
    guard ModelName.isValid(name) else {
      throw .protocolViolation("the name or version of a model is not [a-z0-9_.-]{1,64}")
    }
    return name
  }
}
