/// Carries a value from the thread that made it to the one thread that will use it.
final class Handover<Value: ~Copyable>: @unchecked Sendable {
  private var value: Value?

  /// Takes the value of the thread that made it.
  init(_ value: consuming sending Value) {
    self.value = consume value
  }

  /// Gives the value to the thread that will use it; called once.
  func take() -> Value {
    guard let value = value.take() else { preconditionFailure("a value was handed over twice") }
    return value
  }
}
