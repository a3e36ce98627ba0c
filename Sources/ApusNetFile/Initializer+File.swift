internal import ApusNN

/// An initializer as files name it.
private struct InitializerEntry {
  let name: String
  /// The number that belongs to it: what it is called, and what it is unless the file says so.
  var number: (expected: String, fallback: Float?)?
  let make: @Sendable (Float) -> Initializer
}

extension InitializerEntry {
  private static let limit = "a limit, such as uniform: 0.05"
  private static let deviation = "a deviation, such as normal: 0.02"

  /// All initializers.
  static let all = [
    InitializerEntry(name: "zeros") { _ in .zeros },
    InitializerEntry(name: "ones") { _ in .ones },
    InitializerEntry(name: "constant", number: ("a number, such as constant: 0.1", nil)) {
      .constant($0)
    },
    InitializerEntry(name: "uniform", number: (limit, nil)) { .uniform(limit: $0) },
    InitializerEntry(name: "normal", number: (deviation, nil)) { .normal(deviation: $0) },
    InitializerEntry(name: "truncated-normal", number: (deviation, nil)) {
      .truncatedNormal(deviation: $0)
    },
    InitializerEntry(name: "glorot-uniform") { _ in .glorotUniform },
    InitializerEntry(name: "glorot-normal") { _ in .glorotNormal },
    InitializerEntry(name: "he-uniform") { _ in .heUniform },
    InitializerEntry(name: "he-normal") { _ in .heNormal },
    InitializerEntry(name: "lecun-uniform") { _ in .lecunUniform },
    InitializerEntry(name: "lecun-normal") { _ in .lecunNormal },
    InitializerEntry(name: "orthogonal", number: ("a gain", 1)) { .orthogonal(gain: $0) },
  ]
}

extension FileNode {
  /// Reads an initializer: its name, or its name with a number.
  ///
  /// - Throws: `NetFileError` where there is none of that name, or its number is missing.
  func initializer() throws(NetFileError) -> Initializer {
    let entries = self.entries
    guard let name = entries == nil ? self : entries?.first?.key, entries?.count ?? 1 == 1 else {
      throw error(.wrongValue, expected: "one initializer, such as he-normal")
    }
    let entry = InitializerEntry.all[try name.choice(of: InitializerEntry.all.map(\.name))]
    let value = entries?.first?.value
    guard let number = entry.number else {
      if let value { throw value.error(.wrongValue, expected: "no number for \(entry.name)") }
      return entry.make(0)
    }
    if let value { return entry.make(try value.number(number.expected) { _ in true }) }
    guard let fallback = number.fallback else {
      throw name.error(.wrongValue, expected: number.expected, found: "\(entry.name) alone")
    }
    return entry.make(fallback)
  }
}
