internal import ApusCompute
internal import ApusNN

/// Reads one part of a file.
struct PartReader {
  private let node: FileNode
  private let name: FileNode?
  private let earlier: [FileNode]
  private var options: Options

  /// Prepares to read.
  ///
  /// - Parameters:
  ///   - node: the part.
  ///   - name: its name; nil for the output.
  ///   - earlier: the names of the parts before it.
  /// - Throws: `NetFileError` where the part is no mapping.
  init(_ node: FileNode, named name: FileNode?, after earlier: [FileNode]) throws(NetFileError) {
    self.node = node
    self.name = name
    self.earlier = earlier
    options = try Options(node, expected: "the keys columns or from, and layers")
  }

  /// Reads it.
  ///
  /// - Throws: `NetFileError` for the first fault.
  consuming func part() throws(NetFileError) -> NetDescription.Part {
    let source = try source()
    var steps: [NetDescription.Step] = []
    if let layers = options.value("layers") {
      for (name, value) in try layers.items() { steps.append(try step(name, value)) }
    }
    if name == nil {
      let head = try options.value("head")?.choice(of: ["dense", "none"]) ?? 0
      if head == 0 { steps.append(.output(place: node.place)) }
    }
    try options.finish()
    return NetDescription.Part(
      name: name?.text, source: source, steps: steps, place: (name ?? node).place)
  }

  private func step(
    _ name: FileNode, _ value: FileNode?
  ) throws(NetFileError) -> NetDescription.Step {
    guard name.text == "output" else { return .layer(try name.layer(value)) }
    if let value, !value.isEmpty {
      throw value.error(.wrongValue, expected: "no options for output")
    }
    return .output(place: name.place)
  }

  private mutating func source() throws(NetFileError) -> NetDescription.Source {
    let (columns, from) = (options.value("columns"), options.value("from"))
    if let columns {
      if let from {
        throw from.error(.unknownKey, expected: "either columns or from", found: "both")
      }
      return try self.columns(columns)
    }
    guard let from else {
      // One of the two may be there with another name.
      let others = ["embedding", "combine", "layers"] + (name == nil ? ["head"] : [])
      for key in others { _ = options.value(key) }
      try options.finish()
      throw node.error(.missingKey, expected: "the key columns or from", found: "neither")
    }
    let combinations = ["concatenate", "add", "multiply", "dot", "fm"]
    let combination: NetDescription.Combination =
      switch try options.value("combine")?.choice(of: combinations) ?? 0 {
      case 1: .joint(.add)
      case 2: .joint(.multiply)
      case 3: .joint(.dot)
      case 4: .pairs
      default: .joint(.concatenate)
      }
    let names = from.list ?? [from]
    guard !names.isEmpty else { throw from.error(.wrongValue, expected: "an earlier part") }
    return .parts(try names.map(place), combination)
  }

  /// The place of the earlier part that has a name.
  private func place(of name: FileNode) throws(NetFileError) -> Int {
    let names = earlier.compactMap(\.text)
    guard let text = name.text, let place = names.firstIndex(of: text) else {
      throw name.error(
        .unknownName, expected: names.isEmpty ? "parts before this one" : names.listed(by: "or"),
        suggestion: name.text?.nearest(of: names))
    }
    return place
  }

  private mutating func columns(_ columns: FileNode) throws(NetFileError) -> NetDescription.Source {
    let table = try options.value("embedding").map { value throws(NetFileError) in
      try self.table(value)
    }
    if let list = columns.list {
      let names = list.compactMap(\.text)
      guard !names.isEmpty, names.count == list.count else {
        throw columns.error(.wrongValue, expected: "the names of columns")
      }
      return table.map { .vectors(.named(names), $0) } ?? .numbers(.named(names))
    }
    let kinds = ["numeric", "identifiers", "sequences"]
    guard let kind = columns.text.flatMap(kinds.firstIndex) else {
      throw columns.error(
        .unknownName, expected: "\(kinds.listed(by: "or")), or a list of columns",
        suggestion: columns.text?.nearest(of: kinds))
    }
    switch (kind, table) {
    case (0, nil): return .numbers(.all)
    case (0, _?):
      throw columns.error(
        .wrongValue, expected: "identifiers or sequences, which an embedding is for")
    case (_, nil):
      throw columns.error(
        .missingKey, expected: "an embedding beside it, such as embedding: 16", found: "none")
    case (_, let table?): return .vectors(kind == 1 ? .all : .sequences, table)
    }
  }

  private func table(_ value: FileNode) throws(NetFileError) -> NetDescription.Table {
    var options = try Options(of: value, value, bareOption: "width")
    let width = options.required("width")
    let combiners = ["concatenate", "sum", "mean", "steps"]
    let combiner: NetDescription.Table.Combiner? =
      switch try options.value("combine")?.choice(of: combiners) {
      case 0: .lookup(.concatenate)
      case 1: .lookup(.sum)
      case 2: .lookup(.mean)
      case 3: .steps
      default: nil
      }
    let initializer = try options.initializer("initializer", or: .uniform(limit: 0.05))
    try options.finish()
    return NetDescription.Table(
      width: width?.text == "outputs" ? nil : try width?.integer(in: 1...4096),
      combiner: combiner, initializer: initializer)
  }
}
