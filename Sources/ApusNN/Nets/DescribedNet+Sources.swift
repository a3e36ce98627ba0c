internal import ApusCompute

// Where the parts of a described net come from.
extension DescribedNet {
  /// What a part is made of, before its steps.
  func source(
    of part: NetDescription.Part, _ input: Graph.NodeID, _ values: [Value], named name: String,
    in network: inout Network
  ) throws(ComputeError) -> Value {
    switch part.source {
    case .numbers(let columns):
      let fields = try fields(columns, of: part) { $0.vocabulary == nil }
      let reader = FieldReader(features: input, fields: fields.map(\.field))
      return Value(nodes: try reader.numbers(in: &network).map { [$0] } ?? [], isNumbers: true)
    case .vectors(let columns, let table):
      var nodes: [Graph.NodeID] = []
      for (place, field) in try fields(columns, of: part, where: { $0.vocabulary != nil }) {
        let identifiers = try Slice(field.columns).append(to: input, named: "", in: &network)
        nodes.append(
          try vectors(
            of: field, identifiers, in: table, named: "\(name).columns.\(place)", in: &network))
      }
      return Value(nodes: nodes)
    case .parts(let places, let combination):
      return try combined(
        places.map { values[$0] }, by: combination, for: part, named: name, in: &network)
    }
  }

  private func combined(
    _ values: [Value], by combination: NetDescription.Combination, for part: NetDescription.Part,
    named name: String, in network: inout Network
  ) throws(ComputeError) -> Value {
    let nodes = values.flatMap(\.nodes)
    guard !nodes.isEmpty else { return Value(nodes: []) }
    guard case .joint(let joint) = combination else {
      let numbers = values.filter(\.isNumbers).flatMap(\.nodes)
      let vectors = values.filter { !$0.isNumbers }.flatMap(\.nodes)
      guard let first = vectors.first else {
        throw ComputeError(
          .shapeMismatch,
          "\(part.place): expected vectors, whose pairs fm multiplies, found numbers")
      }
      do {
        let numbers = numbers.isEmpty ? nil : try network.graph.join(numbers, by: .concatenate)
        let width = network.graph[first].shape.columns
        let pairs = try FactorizationMachine.pairs(
          of: vectors, numbers, width: width, named: name, in: &network)
        return Value(nodes: [pairs])
      } catch {
        throw error.at(part.place, "its vectors are of several widths")
      }
    }
    return Value(nodes: [try joined(nodes, by: joint, for: part, in: &network)])
  }

  private func vectors(
    of field: InputField, _ identifiers: Graph.NodeID, in table: NetDescription.Table,
    named name: String, in network: inout Network
  ) throws(ComputeError) -> Graph.NodeID {
    let (vocabulary, width) = (field.vocabulary ?? 1, table.width ?? settings.outputs)
    func bag(_ combiner: Lookup.Combiner) -> Embedding {
      Embedding(
        vocabulary: vocabulary, width: width, combiner: combiner, initializer: table.initializer)
    }
    let layer: any Layer =
      switch table.combiner {
      case .lookup(let combiner)?: bag(combiner)
      case .steps?:
        SequenceEmbedding(vocabulary: vocabulary, width: width, initializer: table.initializer)
      case nil: bag(field.columns.count == 1 ? .concatenate : .mean)
      }
    return try layer.append(to: identifiers, named: name, in: &network)
  }

  /// The fields that a part reads, with their places among all.
  private func fields(
    _ columns: NetDescription.Columns, of part: NetDescription.Part,
    where fits: (InputField) -> Bool
  ) throws(ComputeError) -> [(place: Int, field: InputField)] {
    let all = settings.fields.enumerated().map { (place: $0, field: $1) }
    guard case .named(let names) = columns else {
      return all.filter { fits($0.field) && (columns == .all || $0.field.isSequence) }
    }
    for name in names {
      guard let (_, field) = all.first(where: { $0.field.name == name }) else {
        let names = settings.fields.map(\.name)
        let known = names.prefix(12).joined(separator: ", ") + (names.count > 12 ? ", …" : "")
        throw ComputeError(
          .shapeMismatch,
          "\(part.place): there is no column \(name) among the features, which are \(known)")
      }
      guard fits(field) else {
        let (found, advice) =
          field.vocabulary == nil
          ? ("numbers", "leave out the embedding") : ("identifiers", "give the part an embedding")
        throw ComputeError(
          .shapeMismatch, "\(part.place): column \(name) holds \(found); \(advice)")
      }
    }
    return all.filter { names.contains($0.field.name) }
  }
}

extension InputField {
  fileprivate var isSequence: Bool {
    if case .sequence = kind { true } else { false }
  }
}
