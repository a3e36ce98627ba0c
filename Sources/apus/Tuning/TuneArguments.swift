internal import ApusTraining

/// The words of `apus tune` that are those of `apus train`, and the trials' beside them.
struct TuneArguments {
  /// What all trials have in common.
  let common: [String]

  /// The options of `apus tune` alone, and those that it gives each trial itself.
  private static let (valued, flags): (Set<Substring>, Set<Substring>) = (
    [
      "space", "search-dir", "trials", "first-epochs", "reduction", "brackets", "metric", "output",
      "epochs", "device",
    ], ["resume", "json"]
  )

  /// Takes what a trial needs of a command line, and says how long and where it runs.
  ///
  /// - Parameters:
  ///   - arguments: the words behind `apus tune`.
  ///   - epochs: the epochs of a whole run.
  ///   - device: the device, as `--device` takes it.
  init(_ arguments: some Collection<String>, epochs: Int, device: String) {
    var common: [String] = []
    var rest = arguments[...]
    while let word = rest.popFirst() {
      let parts = word.drop { $0 == "-" }.split(separator: "=", maxSplits: 1)
      let name = word.hasPrefix("--") ? parts.first ?? "" : ""
      if Self.valued.contains(name) {
        if parts.count == 1 { _ = rest.popFirst() }
      } else if !Self.flags.contains(name) {
        common.append(word)
      }
    }
    self.common = common + ["--epochs=\(epochs)", "--device=\(device)"]
  }

  /// The hyperparameters that the command line leaves open; it has the last word.
  func open(in space: SearchSpace) -> SearchSpace {
    SearchSpace(
      space.dimensions.filter { dimension in
        let option = "--\(dimension.name)"
        return !common.contains { $0 == option || $0.hasPrefix(option + "=") }
      })
  }

  /// The words with which `apus train` does what a trial does.
  func words(of trial: Trial, in space: SearchSpace) -> [String] {
    space.dimensions.map { "--\($0.name)=\(trial.settings[$0.name] ?? "")" } + common
  }

  /// The words of a trial as a command line of its own, which `apus train` refuses where an option
  /// changes nothing.
  ///
  /// - Parameters:
  ///   - trial: the trial.
  ///   - space: what it was chosen from.
  ///   - idle: the options to leave out, with their dashes.
  /// - Returns: the words behind `apus train`, without the output.
  func words(of trial: Trial, in space: SearchSpace, without idle: Set<String>) -> [String] {
    var kept: [String] = []
    var rest = words(of: trial, in: space)[...]
    while let word = rest.popFirst() {
      let name = String(word.prefix { $0 != "=" })
      if !idle.contains(name) {
        kept.append(word)
      } else if name == word, rest.first?.hasPrefix("--") == false {
        // The value is a word of its own; a flag has none.
        _ = rest.popFirst()
      }
    }
    return kept
  }
}
