public import ApusNN
internal import Yams

/// A file that describes a net, in YAML.
///
/// ```yaml
/// parts:                                 # built in this order
///   numbers: {columns: numeric}
///   vectors: {columns: identifiers, embedding: 16}
///   deep:
///     from: [numbers, vectors]
///     layers:
///       - dense: {units: 64, activation: relu}
///       - dropout: 0.2
///   crossed:
///     from: [numbers, vectors]
///     layers: [cross: 3]
/// output:
///   from: [deep, crossed]                # and a dense layer with as many units as outputs
/// ```
///
/// The file has `parts` by name, each made of earlier ones, and the `output`, which is the last.
/// What a part says:
///
/// | key | value |
/// |---|---|
/// | `columns` | `numeric`, `identifiers` (sequences too), `sequences`, or a list of names |
/// | `embedding` | for identifiers: the width of their vectors, or options |
/// | `from` | instead of `columns`: an earlier part, or a list of them |
/// | `combine` | with `from`: `concatenate` (default), `add`, `multiply`, `dot`, `fm` |
/// | `layers` | what follows, a list |
/// | `head` | of the output: `dense` (default), which ends it with the layer `output`; or `none` |
///
/// The options of an embedding are `width`, a number or `outputs`; `combine`, what becomes of
/// several vectors in a column: `mean` (default), `sum`, `concatenate` or `steps` (a sequence);
/// and `initializer` (uniform: 0.05).
///
/// A layer is its name, or `name: value`, or `name: {option: value}`; the first option is the one
/// that a bare value is for.
///
/// | layer | options |
/// |---|---|
/// | `activation` | `function` (relu) |
/// | `batch-norm` | `momentum` (0.99), `epsilon` (0.001) |
/// | `cross` | `layers` |
/// | `dense` | `units`, `activation` (identity), `initializer` (glorot-uniform), |
/// | | `bias-initializer` (zeros) |
/// | `dropout` | `rate` |
/// | `layer-norm` | `epsilon` (0.00001) |
/// | `output` | none: a dense layer with as many units as the net has outputs |
/// | `reshape` | `extents` of a row, such as [50, 8] |
/// | `residual` | `layers`, around which their input passes |
/// | `sum` | none: the sum of a row's columns |
///
/// Over the steps of a sequence, that is an embedding with `combine: steps`:
///
/// | layer | options |
/// |---|---|
/// | `attention` | `heads`, `causal` (false) |
/// | `conv1d`, `conv2d` | `filters`, `window`, `stride` (1), `padding` (valid, or same), |
/// | | `activation` (identity) |
/// | `global-pooling` | `kind` (maximum, or mean) |
/// | `gru`, `lstm` | `units`, `steps` (false: the last state alone) |
/// | `pooling` | `window`, `kind` (maximum, or mean), `stride` (as `window`) |
/// | `positional-encoding` | `source` (learned, or waves) |
/// | `transformer-encoder` | `heads`, `hidden`, `dropout` (0), `causal` (false) |
///
/// Activations are those of `Activation`. Initializers are `zeros`, `ones`, `constant: x`,
/// `uniform: limit`, `normal: deviation`, `truncated-normal: deviation`, `glorot-uniform`,
/// `glorot-normal`, `he-uniform`, `he-normal`, `lecun-uniform`, `lecun-normal` and `orthogonal` or
/// `orthogonal: gain`.
public enum NetFile {
  /// Reads a description.
  ///
  /// - Parameters:
  ///   - text: the file's text.
  ///   - file: the file's name, for messages.
  /// - Returns: the parts, the output last. Whether shapes fit is known once there are columns.
  /// - Throws: `NetFileError` for the first fault.
  public static func parse(_ text: String, file: String) throws(NetFileError) -> NetDescription {
    var options = try Options(try root(of: text, file: file), expected: "the keys parts and output")
    var parts: [NetDescription.Part] = []
    var names: [FileNode] = []
    for (name, value) in try options.value("parts")?.parts() ?? [] {
      parts.append(try PartReader(value, named: name, after: names).part())
      names.append(name)
    }
    if let output = options.required("output") {
      parts.append(try PartReader(output, named: nil, after: names).part())
    }
    try options.finish()
    let used = Set(parts.flatMap(\.sources))
    if let unused = names.indices.first(where: { !used.contains($0) }) {
      throw names[unused].error(
        .unknownName, expected: "a part from which a later one or the output is made",
        found: "\(names[unused].summary), which none is made from")
    }
    return NetDescription(parts: parts)
  }

  private static func root(of text: String, file: String) throws(NetFileError) -> FileNode {
    do {
      return FileNode(node: try compose(yaml: text) ?? Node(""), file: file)
    } catch let error as YamlError {
      throw NetFileError(error, file: file)
    } catch {
      throw FileNode(node: Node(""), file: file).error(
        .malformed, expected: "YAML", found: "\(error)")
    }
  }
}

extension NetDescription.Part {
  /// The places of the parts that this one is made of.
  fileprivate var sources: [Int] {
    if case .parts(let places, _) = source { places } else { [] }
  }
}

extension FileNode {
  /// The parts by name.
  fileprivate func parts() throws(NetFileError) -> [(name: FileNode, value: FileNode)] {
    guard let entries else { throw error(.wrongValue, expected: "parts of the form `name: {…}`") }
    for (name, _) in entries where !name.isName {
      throw name.error(
        .wrongValue, expected: "a part's name: a letter, then letters, digits, - and _")
    }
    return entries.map { ($0.key, $0.value) }
  }

  private var isName: Bool {
    guard let text, let first = text.first, first.isASCII, first.isLetter else { return false }
    return text.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "-_".contains($0)) }
  }
}
