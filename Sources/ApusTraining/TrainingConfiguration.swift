public import ApusCompute
public import ApusNN

/// What a training run is told.
public struct TrainingConfiguration: Hashable, Sendable {
  /// The loss to minimise.
  public var loss: Loss
  /// How parameters move.
  public var optimizer: Optimizer
  /// The most passes over the training rows.
  public var epochs: Int
  /// The rows in a step; the last step of an epoch takes what is left.
  public var batchSize: Int
  /// The seed of initial weights and shuffling.
  public var seed: UInt64
  /// The epochs without improvement after which training stops; nil to run all epochs.
  public var patience: Int?
  /// The share by which the labels of a cross-entropy are smoothed, from 0 to below 1.
  public var labelSmoothing: Float = 0
  /// Whether the training rows have weights.
  public var isWeighted = false

  /// Makes a configuration.
  ///
  /// - Precondition: epochs, batch size and patience are positive.
  public init(
    loss: Loss, optimizer: Optimizer = .adam(), epochs: Int = 100, batchSize: Int = 32,
    seed: UInt64 = 42, patience: Int? = 10
  ) {
    precondition(
      epochs > 0 && batchSize > 0 && patience ?? 1 > 0,
      "epochs, batch size and patience must be positive: \(epochs), \(batchSize), \(patience ?? 1)")
    self.loss = loss
    self.optimizer = optimizer
    self.epochs = epochs
    self.batchSize = batchSize
    self.seed = seed
    self.patience = patience
  }
}
