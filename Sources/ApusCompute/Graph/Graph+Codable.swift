extension Graph: Codable {
  private enum CodingKeys: CodingKey { case nodes, outputs }

  private struct CodedNode: Codable {
    private enum CodingKeys: CodingKey { case operation, operands }

    let operation: Operation
    let operands: [NodeID]

    init(_ node: Node) {
      operation = node.operation
      operands = node.operands
    }

    init(from decoder: any Decoder) throws {
      let container = try decoder.container(keyedBy: CodingKeys.self)
      do {
        operation = try container.decode(Operation.self, forKey: .operation)
      } catch DecodingError.typeMismatch(let type, _)
        where type == Operation.self || type == SequenceOperation.self
      {
        let name = try container.decode(CaseName.self, forKey: .operation)
        throw ComputeError(
          .unknownOperation,
          "its net has an operation that this version does not know, \(name.text)")
      }
      operands = try container.decode([NodeID].self, forKey: .operands)
    }
  }

  /// What an enumeration was encoded as, whether or not it is known: `softmax`, `sequence.pool`.
  private struct CaseName: Decodable {
    private struct Key: CodingKey {
      let stringValue: String
      var intValue: Int? { nil }

      init(stringValue: String) { self.stringValue = stringValue }
      init?(intValue: Int) { nil }
    }

    let text: String

    init(from decoder: any Decoder) throws {
      let container = try decoder.container(keyedBy: Key.self)
      let names = container.allKeys.map(\.stringValue).sorted()
      let name = names.joined(separator: " ")
      let value = try? container.nestedContainer(keyedBy: Key.self, forKey: Key(stringValue: name))
      // The one value of a case is an enumeration of its own where it has but one key again.
      let inner = try? value?.decode(CaseName.self, forKey: Key(stringValue: "_0"))
      text = inner.map { "\(name).\($0.text)" } ?? name
    }
  }

  /// Decodes a graph and infers its shapes again, so that a damaged file cannot smuggle in a node
  /// whose shapes do not fit.
  ///
  /// - Throws: `ComputeError.unknownOperation` for a graph of a newer version,
  ///   `ComputeError.shapeMismatch`, or `DecodingError`.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    self.init()
    for node in try container.decode([CodedNode].self, forKey: .nodes) {
      _ = try add(node.operation, node.operands)
    }
    outputs = try container.decode([NodeID].self, forKey: .outputs)
    guard outputs.allSatisfy(nodes.indices.contains) else {
      throw DecodingError.dataCorruptedError(
        forKey: .outputs,
        in: container,
        debugDescription: "outputs \(outputs) of a graph of \(nodes.count) nodes"
      )
    }
  }

  /// Encodes operations and operands; shapes are inferred again when the graph is read.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(nodes.map(CodedNode.init), forKey: .nodes)
    try container.encode(outputs, forKey: .outputs)
  }
}
