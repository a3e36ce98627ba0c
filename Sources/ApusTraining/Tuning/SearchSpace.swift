internal import ApusRandom
#if canImport(Glibc)
internal import Glibc
#endif

/// What a search may choose from: values for each of some hyperparameters.
public struct SearchSpace: Hashable, Sendable, Codable {
  /// The values of a hyperparameter.
  public enum Values: Hashable, Sendable, Codable {
    /// One of these, each as likely as another.
    case choices([String])
    /// A number between two, which both are possible.
    case range(Range)
  }

  /// Numbers between two.
  public struct Range: Hashable, Sendable, Codable {
    /// The least number.
    public let least: Double
    /// The greatest number.
    public let greatest: Double
    /// Whether each power of ten is as likely as another, rather than each number.
    public let isLogarithmic: Bool
    /// Whether numbers are whole.
    public let isWhole: Bool

    /// Makes a range.
    ///
    /// - Precondition: its ends are finite and in order, and positive where it is logarithmic.
    public init(_ least: Double, _ greatest: Double, isLogarithmic: Bool, isWhole: Bool) {
      precondition(
        least.isFinite && greatest.isFinite && least <= greatest && (least > 0 || !isLogarithmic),
        "a range from \(least) to \(greatest), \(isLogarithmic ? "logarithmic" : "linear")")
      self.least = least
      self.greatest = greatest
      self.isLogarithmic = isLogarithmic
      self.isWhole = isWhole
    }
  }

  /// A hyperparameter.
  public struct Dimension: Hashable, Sendable, Codable {
    /// Its name, that of an option.
    public let name: String
    /// Its values.
    public let values: Values

    /// Names the values of a hyperparameter.
    public init(_ name: String, _ values: Values) {
      self.name = name
      self.values = values
    }
  }

  /// The hyperparameters, in the order in which they are drawn.
  public let dimensions: [Dimension]

  /// Makes a space.
  public init(_ dimensions: [Dimension]) { self.dimensions = dimensions }

  /// The trials' streams of a seed; those of nets and shuffling lie below.
  private static let firstStream: UInt64 = 1 << 48

  /// Draws a trial's settings: independent and uniform, as random search does (Bergstra and Bengio,
  /// "Random search for hyper-parameter optimization", 2012).
  ///
  /// - Parameters:
  ///   - trial: the number of the trial, counted from 1.
  ///   - seed: the seed of the search.
  /// - Returns: a value for each hyperparameter, numbers to three digits; the same for the same
  ///   trial and seed, whatever other trials there are.
  public func settings(ofTrial trial: Int, seed: UInt64) -> [String: String] {
    var random = PhiloxSequence(seed: seed, stream: Self.firstStream + UInt64(trial))
    var settings: [String: String] = [:]
    for dimension in dimensions {
      switch dimension.values {
      case .choices(let choices):
        settings[dimension.name] = choices[Int(random.next(below: UInt32(choices.count)))]
      case .range(let range):
        settings[dimension.name] = range.value(at: (Double(random.next()) + 0.5) * 0x1p-32)
      }
    }
    return settings
  }
}

extension SearchSpace.Range {
  /// The number at a share of the way, above 0 and below 1, as text.
  func value(at share: Double) -> String {
    // Each whole number has as much room as another; the last one's is beyond it.
    let end = isWhole ? greatest + 1 : greatest
    let drawn =
      isLogarithmic ? least * pow(end / least, share) : least + (end - least) * share
    if isWhole { return "\(Int(min(max(drawn.rounded(.down), least), greatest)))" }
    return "\(min(max(Self.rounded(drawn), least), greatest))"
  }

  /// A number to three digits, so that it is the same as typed by a person.
  static func rounded(_ number: Double) -> Double {
    guard number != 0 else { return 0 }
    let digits = 2 - Int(log10(abs(number)).rounded(.down))
    let scale = pow(10, Double(abs(digits)))
    return digits < 0 ? (number / scale).rounded() * scale : (number * scale).rounded() / scale
  }
}
