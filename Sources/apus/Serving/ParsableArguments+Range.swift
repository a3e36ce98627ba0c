internal import ArgumentParser

extension ParsableArguments {
  /// Refuses a value outside of the range that makes sense.
  func require<Value: Comparable>(
    _ value: Value, in range: ClosedRange<Value>, _ name: String
  ) throws {
    guard range.contains(value) else {
      throw ValidationError(
        "\(name) takes \(range.lowerBound) to \(range.upperBound), not \(value)")
    }
  }
}
