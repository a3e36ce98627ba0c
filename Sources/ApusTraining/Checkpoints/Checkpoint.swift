internal import ApusModel
internal import FoundationEssentials

/// A run as it stood between two steps.
///
/// ```
/// | SHA-256 of the rest: 32 bytes | header's length: UInt64 | header: JSON | safetensors |
///
/// header       version, identity, state
/// safetensors  run/layers.0.weight, run/layers.0.weight.firstMoment, ..., best/layers.0.weight
/// ```
struct Checkpoint: Hashable, Sendable {
  /// What is wrong with bytes that are no checkpoint.
  struct Malformed: Error, Hashable {
    /// In a few words.
    let reason: String
  }

  /// Values of variables by name.
  typealias Values = [String: [Float]]

  /// The version of the format.
  static let version = 1

  /// What the run was told.
  let identity: RunIdentity
  /// Where it stood.
  let state: RunState
  /// Its parameters and the optimizer's slots.
  let variables: Values
  /// The parameters of its best epoch.
  let best: Values

  private struct Header: Codable {
    let version: Int
    let identity: RunIdentity
    let state: RunState
  }

  /// Puts a checkpoint together.
  init(identity: RunIdentity, state: RunState, variables: Values, best: Values) {
    self.identity = identity
    self.state = state
    self.variables = variables
    self.best = best
  }

  /// The file's bytes.
  ///
  /// - Throws: an encoding error, which no run causes.
  func encoded() throws -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    let header = try encoder.encode(
      Header(version: Self.version, identity: identity, state: state))
    var tensors = SafeTensors()
    for (prefix, values) in [("run/", variables), ("best/", best)] {
      for (name, values) in values {
        tensors.tensors[prefix + name] = SafeTensors.Tensor(shape: [values.count], values: values)
      }
    }
    let length = (0..<8).map { UInt8(truncatingIfNeeded: header.count >> (8 * $0)) }
    let content = length + header + (try tensors.encoded())
    return Digest(of: content).bytes + content
  }

  /// Reads a file's bytes.
  init(decoding bytes: [UInt8]) throws(Malformed) {
    guard bytes.count >= 40 else { throw Malformed(reason: "it is cut short") }
    let content = Array(bytes[32...])
    guard Digest(of: content).bytes == Array(bytes[..<32]) else {
      throw Malformed(reason: "its digest is another")
    }
    let length = (0..<8).reversed().reduce(UInt64(0)) { $0 << 8 | UInt64(content[$1]) }
    guard length <= UInt64(content.count - 8) else {
      throw Malformed(reason: "its header of \(length) bytes does not fit")
    }
    let end = 8 + Int(length)
    let decoder = JSONDecoder()
    decoder.nonConformingFloatDecodingStrategy = .convertFromString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    let header: Header
    let tensors: SafeTensors
    do {
      header = try decoder.decode(Header.self, from: Data(content[8..<end]))
      tensors = try SafeTensors(decoding: Array(content[end...]))
    } catch {
      throw Malformed(reason: "it is of another version of this software")
    }
    guard header.version == Self.version else {
      throw Malformed(reason: "it has format \(header.version), not \(Self.version)")
    }
    func values(_ prefix: String) -> Values {
      var values: Values = [:]
      for (name, tensor) in tensors.tensors where name.hasPrefix(prefix) {
        values[String(name.dropFirst(prefix.count))] = tensor.values
      }
      return values
    }
    self.init(
      identity: header.identity, state: header.state, variables: values("run/"),
      best: values("best/"))
  }
}
