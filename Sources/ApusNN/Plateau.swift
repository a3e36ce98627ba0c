/// Counts the plateaus of a validation loss, for a schedule that lowers the rate at each.
public struct Plateau: Hashable, Sendable, Codable {
  /// The plateaus so far.
  public private(set) var count = 0

  private var best = Double.greatestFiniteMagnitude
  private var waited = 0

  /// Starts with no epoch recorded.
  public init() {}

  /// Records the next epoch's loss; NaN is no improvement.
  ///
  /// - Parameters:
  ///   - loss: the validation loss.
  ///   - patience: the epochs without improvement that are a plateau.
  public mutating func record(_ loss: Double, patience: Int) {
    if loss < best {
      best = loss
      waited = 0
    } else {
      waited += 1
      if waited == patience {
        count += 1
        waited = 0
      }
    }
  }
}
