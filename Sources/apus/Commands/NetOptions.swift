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

  @Option(help: "The units of the hidden layers, or none. [default: 64,64]")
  var hidden: HiddenLayers?

  @Option(help: "The activation of the hidden layers. [default: relu]")
  var activation: Activation?

  @Option(help: "The share of the hidden units that are dropped in a step. [default: 0]")
  var dropout: Float?

  @Option(help: "The numbers in the vector of an identifier. [default: 16]")
  var embeddingWidth: Int?

  @Option(
    help: """
      The units of gru and lstm, text-cnn's filters of each width, transformer's channels. \
      [default: 64]
      """)
  var sequenceUnits: Int?

  @Option(help: "The layers of dcn's cross network. [default: 3]")
  var crossLayers: Int?

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
      ("--embedding-width", embeddingWidth ?? 1), ("--cross-layers", crossLayers ?? 1),
      ("--sequence-units", sequenceUnits ?? 1),
    ]
    for (name, value) in positive where value < 1 {
      throw ValidationError("\(name) takes a positive number, not \(value)")
    }
    guard 0..<1 ~= dropout ?? 0 else {
      throw ValidationError("--dropout takes a number from 0 to below 1, not \(dropout ?? 0)")
    }
    if case .file(let path) = net, let option = shapingOption {
      throw ValidationError("\(option) shapes a net with a name; \(path) says what its layers are")
    }
  }

  /// The options that a net's file takes the place of, by their names without dashes.
  static let shapingOptions: Set = [
    "hidden", "activation", "dropout", "embedding-width", "sequence-units", "cross-layers",
    "second-tower",
  ]

  /// The first of them that is given.
  private var shapingOption: String? {
    let options: [(name: String, isGiven: Bool)] = [
      ("--hidden", hidden != nil), ("--activation", activation != nil),
      ("--dropout", dropout != nil), ("--embedding-width", embeddingWidth != nil),
      ("--sequence-units", sequenceUnits != nil), ("--cross-layers", crossLayers != nil),
      ("--second-tower", secondTower != nil),
    ]
    return options.first(where: \.isGiven)?.name
  }

  /// The options that the net of this name does not take.
  var idleOptions: [IdleOption] {
    guard case .named(let net) = net else { return [] }
    let options: [(name: String, isGiven: Bool, nets: [NamedNet])] = [
      ("--sequence-units", sequenceUnits != nil, NamedNet.ofSequences),
      ("--cross-layers", crossLayers != nil, [.deepCross]),
      ("--second-tower", secondTower != nil, [.twoTower]),
    ]
    return options.compactMap { option in
      let names = option.nets.map(\.name)
      guard option.isGiven, !names.contains(net.name) else { return nil }
      return IdleOption(
        name: option.name,
        reason: "\(option.name) shapes \(names.joined(separator: ", ")); --net is \(net.name)")
    }
  }

  /// Writes the options into a recipe.
  ///
  /// - Throws: `Failure` or `NetFileError` where the net's file cannot be read or is wrong.
  func apply(to recipe: inout TrainingRecipe) throws {
    recipe.net = try net.net()
    if let hidden { recipe.hidden = hidden.units }
    if let dropout { recipe.dropout = dropout }
    if let embeddingWidth { recipe.embeddingWidth = embeddingWidth }
    if let sequenceUnits { recipe.sequenceUnits = sequenceUnits }
    if let crossLayers { recipe.crossLayers = crossLayers }
    recipe.secondTower = Set((secondTower ?? "").split(separator: ",").map(String.init))
    if let activation { recipe.activation = activation }
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
