internal import ApusCompute
internal import ApusNN
internal import ApusTraining
public import ArgumentParser

/// The options that shape a net and its training.
struct NetOptions: ParsableArguments {
  @Option(
    help: """
      The net, or a file that describes one, such as net.yaml; gru, lstm, text-cnn and transformer \
      read a column of --columns NAME=sequence.
      """)
  var net = NetChoice.named(.perceptron)

  @Option(help: "The units of the hidden layers, or none.")
  var hidden = HiddenLayers(units: [64, 64])

  @Option(help: "The activation of the hidden layers.")
  var activation = Activation.relu

  @Option(help: "The share of the hidden units that are dropped in a step.")
  var dropout: Float = 0

  @Option(help: "The numbers in the vector of an identifier.")
  var embeddingWidth = 16

  @Option(
    help: "The units of gru and lstm, text-cnn's filters of each width, transformer's channels.")
  var sequenceUnits = 64

  @Option(help: "The layers of dcn's cross network.")
  var crossLayers = 3

  @Option(help: "The columns of two-tower's second tower, such as item,price.")
  var secondTower: String?

  @Option(help: "The loss: auto (by the label), bce, cross-entropy, mse or mae.")
  var loss = LossChoice.auto

  @Option(
    help: "The passes over the rows. [default: until validation stops improving, at most 100]")
  var epochs: Int?

  @Option(help: "The rows in a step.")
  var batchSize = 32

  @Option(
    help: """
      The epochs without a better validation loss after which training stops, 0 for never. \
      [default: 10, or 0 where --epochs is given]
      """)
  var patience: Int?

  func validate() throws {
    let positive = [
      ("--epochs", epochs ?? 1), ("--batch-size", batchSize), ("--patience", (patience ?? 1) + 1),
      ("--embedding-width", embeddingWidth), ("--cross-layers", crossLayers),
      ("--sequence-units", sequenceUnits),
    ]
    for (name, value) in positive where value < 1 {
      throw ValidationError("\(name) takes a positive number, not \(value)")
    }
    guard 0..<1 ~= dropout else {
      throw ValidationError("--dropout takes a number from 0 to below 1, not \(dropout)")
    }
  }

  /// Writes the options into a recipe.
  ///
  /// - Throws: `Failure` or `NetFileError` where the net's file cannot be read or is wrong.
  func apply(to recipe: inout TrainingRecipe) throws {
    recipe.net = try net.net()
    recipe.hidden = hidden.units
    recipe.dropout = dropout
    recipe.embeddingWidth = embeddingWidth
    recipe.sequenceUnits = sequenceUnits
    recipe.crossLayers = crossLayers
    recipe.secondTower = Set((secondTower ?? "").split(separator: ",").map(String.init))
    recipe.activation = activation
    recipe.loss = loss.loss
    recipe.batchSize = batchSize
    if let epochs {
      recipe.epochs = epochs
      recipe.patience = nil
    }
    if let patience { recipe.patience = patience == 0 ? nil : patience }
  }
}

extension Activation: ExpressibleByArgument {}

/// The units of hidden layers as they are typed: `64,64` or `none`.
struct HiddenLayers: Hashable, ExpressibleByArgument {
  let units: [Int]

  init(units: [Int]) { self.units = units }

  init?(argument: String) {
    guard argument != "none" else {
      units = []
      return
    }
    let words = argument.split(separator: ",", omittingEmptySubsequences: false)
    units = words.compactMap { Int($0) }
    guard units.count == words.count, units.allSatisfy({ 1...65_536 ~= $0 }) else { return nil }
  }

  var defaultValueDescription: String { units.map(String.init).joined(separator: ",") }
}

/// A loss as it is typed.
enum LossChoice: String, ExpressibleByArgument, CaseIterable {
  case auto, bce, mse, mae
  case crossEntropy = "cross-entropy"

  var loss: Loss? {
    switch self {
    case .auto: nil
    case .bce: .binaryCrossEntropy
    case .crossEntropy: .softmaxCrossEntropy
    case .mse: .meanSquaredError
    case .mae: .meanAbsoluteError
    }
  }
}
