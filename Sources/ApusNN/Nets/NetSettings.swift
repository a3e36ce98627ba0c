public import ApusCompute

/// What a net by name is built from: its input, its output and its sizes.
///
/// A net takes of the sizes what it knows; `linear` knows none.
public struct NetSettings: Hashable, Sendable {
  /// What the columns of a row of features mean, in their order.
  public var fields: [InputField]
  /// The number of raw outputs.
  public var outputs: Int
  /// The units of the hidden layers, first to last.
  public var hidden = [64, 64]
  /// The activation of the hidden layers.
  public var activation = Activation.relu
  /// The share of the hidden units that are dropped in a step of training.
  public var dropout: Float = 0
  /// The numbers in the vector of an identifier.
  public var embeddingWidth = 16
  /// The units of a recurrent layer, the filters of each width of a convolution, or the channels of
  /// a Transformer.
  public var sequenceUnits = 64
  /// The layers of a cross network.
  public var crossLayers = 3
  /// The fields of the second tower, by name; the others are of the first.
  public var secondTower: Set<String> = []

  /// Starts from the defaults.
  ///
  /// - Precondition: there are a field and an output.
  public init(fields: [InputField], outputs: Int) {
    precondition(
      !fields.isEmpty && outputs > 0, "a net of \(fields.count) fields and \(outputs) outputs")
    self.fields = fields
    self.outputs = outputs
  }

  /// The number of features of a row.
  public var inputs: Int { fields.map(\.columns.upperBound).max() ?? 0 }
}
