internal import ApusNN
internal import Yams

/// The keys and values of a mapping while it is read.
///
/// Each key that is asked for is known from then on; what was written and never asked for is an
/// error of `finish()`. So what can be written is said in one place: where it is read. A key that
/// is needed and not there is an error of `finish()` too, for only then is it known whether it was
/// written with another name.
struct Options {
  /// The mapping, or what stands in its place.
  let node: FileNode
  private let entries: [(key: FileNode, value: FileNode)]
  private var known: [String] = []
  private var missing: [String] = []

  /// Reads a mapping.
  ///
  /// - Throws: `NetFileError` where it is something else.
  init(_ node: FileNode, expected: String) throws(NetFileError) {
    guard let entries = node.entries else { throw node.error(.wrongValue, expected: expected) }
    self.node = node
    self.entries = entries
  }

  /// Reads what follows a name: options, one bare value for the first of them, or nothing.
  ///
  /// - Parameters:
  ///   - name: the name.
  ///   - value: what follows it, where something does.
  ///   - bareOption: the key that a bare value is for; nil where there is none.
  /// - Throws: `NetFileError` where a bare value has no key.
  init(
    of name: FileNode, _ value: FileNode?, bareOption: String?
  ) throws(NetFileError) {
    node = name
    guard let value, !value.isEmpty else {
      entries = []
      return
    }
    if let entries = value.entries {
      self.entries = entries
    } else if let bareOption {
      entries = [(FileNode(node: .init(bareOption), file: name.file), value)]
    } else {
      throw value.error(.wrongValue, expected: "options of the form `key: value`, or nothing")
    }
  }

  /// The value of a key, or nil where it is not there.
  mutating func value(_ key: String) -> FileNode? {
    known.append(key)
    return entries.first { $0.key.text == key }?.value
  }

  /// The value of a key, or nil where it is not there, which is an error of `finish()`; what stands
  /// in for it until then is never seen.
  mutating func required(_ key: String) -> FileNode? {
    let value = value(key)
    if value == nil { missing.append(key) }
    return value
  }

  /// A whole number in a range; `fallback` where the key is not there.
  ///
  /// Without a fallback the key is required.
  mutating func integer(
    _ key: String, in range: ClosedRange<Int> = 1...65_536, or fallback: Int? = nil
  ) throws(NetFileError) -> Int {
    if let fallback { return try value(key)?.integer(in: range) ?? fallback }
    return try required(key)?.integer(in: range) ?? range.lowerBound
  }

  /// A positive number, or `fallback` where the key is not there.
  mutating func positive(_ key: String, or fallback: Float) throws(NetFileError) -> Float {
    try value(key)?.number("a positive number") { $0 > 0 } ?? fallback
  }

  /// True or false, or `fallback` where the key is not there.
  mutating func flag(_ key: String, or fallback: Bool) throws(NetFileError) -> Bool {
    try value(key)?.choice(of: ["true", "false"]).isZero ?? fallback
  }

  /// One of an enumeration's words, or `fallback` where the key is not there.
  mutating func choice<Choice: CaseIterable & RawRepresentable<String>>(
    _ key: String, or fallback: Choice
  ) throws(NetFileError) -> Choice {
    let cases = Array(Choice.allCases)
    return try value(key).map { value throws(NetFileError) in
      cases[try value.choice(of: cases.map(\.rawValue))]
    } ?? fallback
  }

  /// An initializer, or `fallback` where the key is not there.
  mutating func initializer(
    _ key: String, or fallback: Initializer
  ) throws(NetFileError) -> Initializer {
    try value(key)?.initializer() ?? fallback
  }

  /// Ends the reading.
  ///
  /// - Throws: `NetFileError` for the first key that was not asked for, else for the first one that
  ///   is required and not there.
  func finish() throws(NetFileError) {
    for (key, _) in entries where !known.contains(key.text ?? "") {
      throw key.error(
        .unknownKey, expected: known.isEmpty ? "no options" : known.listed(by: "or"),
        suggestion: key.text?.nearest(of: known))
    }
    if let key = missing.first {
      throw node.error(.missingKey, expected: "the key \(key)", found: "none")
    }
  }
}

extension Int {
  fileprivate var isZero: Bool { self == 0 }
}
