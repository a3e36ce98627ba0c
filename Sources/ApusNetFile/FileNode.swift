internal import Yams

/// A value of the file that knows where it stands.
struct FileNode {
  let node: Node
  let file: String

  /// `net.yaml:3:5`.
  var place: String { "\(file):\(node.mark?.line ?? 1):\(node.mark?.column ?? 1)" }

  /// The text of a scalar that is not empty, else nil.
  var text: String? {
    guard let text = node.scalar?.string, !text.isEmpty else { return nil }
    return text
  }

  /// Whether nothing was written.
  var isEmpty: Bool { node.scalar?.string.isEmpty ?? false }

  /// The values of a list, else nil.
  var list: [FileNode]? {
    node.sequence.map { list in list.map { FileNode(node: $0, file: file) } }
  }

  /// The keys and values of a mapping in their order, else nil.
  var entries: [(key: FileNode, value: FileNode)]? {
    node.mapping.map { mapping in
      mapping.map { (FileNode(node: $0.key, file: file), FileNode(node: $0.value, file: file)) }
    }
  }

  /// The value as a message shows it.
  var summary: String {
    switch node {
    case .scalar(let scalar): scalar.string.isEmpty ? "nothing" : String(scalar.string.prefix(60))
    case .sequence: "a list"
    case .mapping: "keys with values"
    case .alias: "an alias"
    }
  }

  /// The error of this value.
  func error(
    _ code: NetFileError.Code, expected: String, found: String? = nil, suggestion: String? = nil
  ) -> NetFileError {
    NetFileError(
      code: code, file: file, line: node.mark?.line ?? 1, column: node.mark?.column ?? 1,
      expected: expected, found: found ?? summary, suggestion: suggestion)
  }

  /// The place of this value's text among words.
  ///
  /// - Throws: `NetFileError` naming all words, and the nearest one.
  func choice(of words: [String]) throws(NetFileError) -> Int {
    guard let text, let place = words.firstIndex(of: text) else {
      throw error(
        .unknownName, expected: words.listed(by: "or"), suggestion: text?.nearest(of: words))
    }
    return place
  }

  /// A whole number in a range.
  ///
  /// - Throws: `NetFileError` where it is none.
  func integer(in range: ClosedRange<Int>) throws(NetFileError) -> Int {
    guard let text, let number = Int(text), range ~= number else {
      throw error(
        .wrongValue,
        expected: "a whole number from \(range.lowerBound) to \(range.upperBound)")
    }
    return number
  }

  /// A finite number for which a condition holds.
  ///
  /// - Throws: `NetFileError` where it is none.
  func number(_ expected: String, where holds: (Float) -> Bool) throws(NetFileError) -> Float {
    guard let text, let number = Float(text), number.isFinite, holds(number) else {
      throw error(.wrongValue, expected: expected)
    }
    return number
  }
}

extension [String] {
  /// `a, b or c`.
  func listed(by conjunction: String) -> String {
    guard count > 1, let last else { return first ?? "nothing" }
    return "\(dropLast().joined(separator: ", ")) \(conjunction) \(last)"
  }
}
