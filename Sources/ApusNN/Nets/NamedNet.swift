public import ApusCompute

/// A net that is built once the columns are known: one of those that have a name, or a described
/// one.
public struct NamedNet: Sendable {
  /// The name, such as `wide-deep`.
  public let name: String
  /// What it is, in a few words, with its source.
  public let summary: String
  private let makeLayer: @Sendable (NetSettings) -> any Layer

  init(
    _ name: String, _ summary: String, _ makeLayer: @escaping @Sendable (NetSettings) -> any Layer
  ) {
    self.name = name
    self.summary = summary
    self.makeLayer = makeLayer
  }

  /// All nets, the simplest first.
  public static let all =
    [linear, perceptron, wideDeep, deepFM, deepCross, twoTower] + ofSequences

  /// The nets that mind the order of identifiers; they need a field that is a sequence.
  public static let ofSequences = [gru, lstm, textCNN, transformer]

  /// The net of a name, or nil where there is none.
  public init?(named name: String) {
    guard let net = Self.all.first(where: { $0.name == name }) else { return nil }
    self = net
  }

  /// Builds the net.
  ///
  /// - Parameter settings: its input, output and sizes.
  /// - Returns: the network.
  /// - Throws: `ComputeError.shapeMismatch` when the settings do not suit the net.
  public func network(_ settings: NetSettings) throws(ComputeError) -> Network {
    try Network(inputs: settings.inputs, makeLayer(settings))
  }
}
