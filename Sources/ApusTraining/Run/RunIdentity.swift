internal import ApusCompute
internal import ApusModel
internal import ApusNN
internal import FoundationEssentials

/// Everything that a run's bits depend on, by name: two runs with equal ones end alike.
struct RunIdentity: Hashable, Sendable, Codable {
  /// The settings, and digests of the net and the data.
  let settings: [String: String]

  /// Describes a run.
  ///
  /// - Throws: an encoding error, which no graph causes.
  init(
    _ configuration: TrainingConfiguration, net: Network, device: DeviceDescription,
    training: Examples, validation: Examples
  ) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    settings = [
      "the net": Digest(of: [UInt8](try encoder.encode(net.graph))).description,
      "the initializers": Digest(
        of: [UInt8](try encoder.encode(net.parameters.map(\.initializer)))
      ).description,
      "the loss": configuration.loss.rawValue,
      "the optimizer": configuration.optimizer.description,
      "the epochs": "\(configuration.epochs)",
      "the batch size": "\(configuration.batchSize)",
      "the seed": "\(configuration.seed)",
      "the label smoothing": "\(configuration.labelSmoothing)",
      "the patience": configuration.patience.map { "\($0)" } ?? "none",
      "the device": "\(device.kind) \(device.name) \(device.version)",
      "the training data": training.digest.description,
      "the validation data": validation.digest.description,
    ]
  }

  /// What differs from `other`, in sentences such as `the seed is 1, not 2`; digests are not shown.
  func differences(from other: RunIdentity) -> [String] {
    Set(settings.keys).union(other.settings.keys).sorted().compactMap { name in
      let (mine, theirs) = (settings[name] ?? "none", other.settings[name] ?? "none")
      if mine == theirs { return nil }
      return mine.utf8.count == 64 ? "\(name) differ" : "\(name) is \(mine), not \(theirs)"
    }
  }
}

extension Examples {
  /// The digest of all numbers, and of where rows end.
  fileprivate var digest: Digest {
    var builder = DigestBuilder()
    builder.add(Array("\(width) \(count) ".utf8))
    builder.add(features)
    builder.add(targets.span)
    if let weights { builder.add(weights.span) }
    return builder.digest
  }
}
