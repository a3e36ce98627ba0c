/// What a decision threshold is chosen for, as it is typed: `f1`, `precision=0.8`, `recall=0.9` or
/// `cost=5:1`.
public enum DecisionGoal: Hashable, Sendable {
  /// The greatest F1.
  case f1
  /// The greatest recall whose precision is at least this.
  case precision(Double)
  /// The greatest precision whose recall is at least this.
  case recall(Double)
  /// The least cost, where a missed positive and a false alarm cost this much.
  case cost(miss: Double, falseAlarm: Double)
}

extension DecisionGoal: LosslessStringConvertible {
  /// Reads a goal; nil where it is none.
  public init?(_ description: String) {
    let parts = description.split(separator: "=", maxSplits: 1).map(String.init)
    switch (parts.first, parts.count) {
    case ("f1", 1): self = .f1
    case ("precision", 2):
      guard let share = Self.share(parts[1]) else { return nil }
      self = .precision(share)
    case ("recall", 2):
      guard let share = Self.share(parts[1]) else { return nil }
      self = .recall(share)
    case ("cost", 2):
      let costs = parts[1].split(separator: ":", omittingEmptySubsequences: false)
        .compactMap { Double($0) }.filter { $0 > 0 && $0.isFinite }
      guard costs.count == 2, parts[1].count(where: { $0 == ":" }) == 1 else { return nil }
      self = .cost(miss: costs[0], falseAlarm: costs[1])
    default: return nil
    }
  }

  private static func share(_ text: String) -> Double? {
    Double(text).flatMap { $0 > 0 && $0 <= 1 ? $0 : nil }
  }

  /// The goal as it is typed.
  public var description: String {
    switch self {
    case .f1: "f1"
    case .precision(let share): "precision=\(share)"
    case .recall(let share): "recall=\(share)"
    case .cost(let miss, let falseAlarm): "cost=\(miss):\(falseAlarm)"
    }
  }
}
