internal import ApusCompute

/// A net that minds the order of identifiers: the steps of each sequence become one summary, all
/// other fields stand behind it, and a perceptron decides.
///
/// ```
/// | 4 9 2 -1 -1 |   -> vectors -> encoder -> summary  \
/// | 0.3 -1.2 | 17 | -> numbers and vectors            -> hidden layers -> outputs
/// ```
/// The parameters of sequence i are `NAME.sequences.i.embedding` and `NAME.sequences.i.encoder`.
struct SequenceNet: Layer {
  let settings: NetSettings
  /// The net's name, for messages.
  let title: String
  /// From the steps of a row, rows x steps x embedding width, to its summary, rows x n.
  let encoder: any Layer

  func append(
    to input: Graph.NodeID,
    named name: String,
    in network: inout Network
  ) throws(ComputeError) -> Graph.NodeID {
    var parts: [Graph.NodeID] = []
    var others = settings
    others.fields = []
    for field in settings.fields {
      guard case .sequence(let vocabulary) = field.kind else {
        others.fields.append(field)
        continue
      }
      let name = "\(name).sequences.\(parts.count)"
      let identifiers = try Slice(field.columns).append(to: input, named: name, in: &network)
      let steps = try SequenceEmbedding(vocabulary: vocabulary, width: settings.embeddingWidth)
        .append(to: identifiers, named: "\(name).embedding", in: &network)
      parts.append(try encoder.append(to: steps, named: "\(name).encoder", in: &network))
    }
    guard !parts.isEmpty else {
      throw ComputeError(
        .shapeMismatch,
        "\(title) reads a sequence of tokens, and none of the columns"
          + " \(settings.fields.map(\.name).joined(separator: ", ")) is one; name a column of text,"
          + " as in --columns items=sequence")
    }
    if !others.fields.isEmpty {
      let beside = try FieldParts(of: others, input, named: name, in: &network)
      parts.append(try beside.joined(in: &network))
    }
    let joined = try network.graph.join(parts, by: .concatenate)
    return try settings.perceptron.append(to: joined, named: "\(name).head", in: &network)
  }
}
