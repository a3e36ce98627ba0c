/// The numbers that a net multiplies when it scores.
///
/// Sums, biases, activations and scores are float32 in every precision, and a layer with one output
/// is float32 throughout. Whatever the precision, a row's bits depend neither on its batch nor on
/// the number of threads.
public enum ScoringPrecision: String, Hashable, Sendable, Codable, CaseIterable {
  /// Weights and inputs of 32 bits.
  case float32
  /// Weights of 16 bits: half the memory to read, which is what bounds a single row.
  ///
  /// Two weights of an output, for inputs 2i and 2i + 1, share a word of 32 bits. The second is
  /// rounded to bfloat16, to nearest even. The first is the float nearest to it, in floats between
  /// them, among those whose lower 16 bits are the second: at most half a step of a bfloat16 away,
  /// as rounding is.
  case bfloat16Weights = "bf16-weights"
  /// Weights and each layer's inputs rounded to bfloat16, to nearest even.
  case bfloat16 = "bf16"
  /// Weights of 8 bits, scaled by output, and each layer's inputs of 8 bits over its calibrated
  /// range: sums of products are integers, and exact.
  case int8
}
