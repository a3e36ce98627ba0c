/// The number by which a connection names one sealed artifact, or the route to the stable one.
///
/// ```
/// 0 | 31 bits of the artifact's digest    exactly this artifact, or nothing at all
/// 1 | 31 bits of the hash of a name       whatever the labels of that name point at now
/// ```
///
/// A server derives it from what it names, so that it keeps its meaning over a reconnection. It is
/// never zero.
public struct ModelHandle: RawRepresentable, Hashable, Sendable {
  /// The number on the wire.
  public let rawValue: UInt32

  /// Creates a handle from its number on the wire.
  public init(rawValue: UInt32) { self.rawValue = rawValue }

  /// Whether the handle follows the labels of a name, rather than one artifact.
  public var isRoute: Bool { rawValue >> 31 == 1 }
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
  mutating func readModelName(mayBeEmpty: Bool = false) throws(WireError) -> String {
    let name = try readText(maximumLength: WireLimits.nameLength)
    guard ModelName.isValid(name) || (mayBeEmpty && name.isEmpty) else {
      throw .protocolViolation("the name or version of a model is not [a-z0-9_.-]{1,64}")
    }
    return name
  }
}
