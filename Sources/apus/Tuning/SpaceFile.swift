internal import ApusModel
internal import ApusTraining
internal import ArgumentParser
internal import FoundationEssentials
internal import Yams

/// A file of what `apus tune` chooses from, in YAML: each key is an option of `apus train`.
///
/// ```yaml
/// net: [mlp, dcn]                                        # one of these
/// hidden: [none, [64, 64], [256, 128]]                   # a list in the list is one value: 64,64
/// dropout: {from: 0, to: 0.5}                            # any number between
/// learning-rate: {from: 0.0001, to: 0.1, log: true}      # each power of ten alike
/// optimizer: adamw                                       # always this
/// ```
struct SpaceFile {
  /// What is chosen from where no file is given.
  static let standard = """
    net: [mlp, wide-deep, deepfm, dcn]
    hidden: [[32], [64, 64], [128, 64], [256, 128]]
    dropout: {from: 0, to: 0.5}
    embedding-width: [8, 16, 32]
    optimizer: [adam, adamw, rmsprop]
    learning-rate: {from: 0.0001, to: 0.03, log: true}
    weight-decay: {from: 0.00001, to: 0.1, log: true}
    batch-size: [32, 64, 128, 256]
    schedule: [constant, cosine]
    """

  /// The file's name, or what stands in its place.
  let name: String
  /// Its text.
  let text: String

  /// The file at a path, or the standard space.
  ///
  /// - Throws: `Failure` where it cannot be read.
  init(_ path: String?) throws {
    name = path ?? "the standard space"
    guard let path else {
      text = Self.standard
      return
    }
    do {
      text = String(decoding: try Data(contentsOf: URL(filePath: path)), as: UTF8.self)
    } catch {
      throw Failure.usage("\(path): it cannot be read: \(error.reason)")
    }
  }

  /// What it says.
  ///
  /// - Throws: `Failure` naming the file and the line that are wrong.
  func space() throws -> SearchSpace {
    let node: Node?
    do {
      node = try compose(yaml: text)
    } catch {
      throw Failure.usage("\(name): expected YAML: \(error)")
    }
    guard let mapping = node?.mapping, !mapping.isEmpty else {
      throw Failure.usage("\(name): expected lines of the form `option: values`")
    }
    return SearchSpace(
      try mapping.map { key, value in
        let place = "\(name):\(key.mark?.line ?? 1)"
        let option = key.string ?? ""
        guard let kind = Self.kinds[option] else {
          let nearest = option.nearest(to: Self.kinds.keys.sorted())
          throw Failure.usage(
            "\(place): \(option) is no option that is searched; did you mean \(nearest)?")
        }
        let values = try Self.values(value, of: option, kind, at: place)
        return SearchSpace.Dimension(option, values)
      })
  }

  /// What the values of an option are.
  private enum Kind {
    case word, number, wholeNumber
  }

  /// The options that are searched; all others stay as the command line has them.
  private static let kinds: [String: Kind] = [
    "activation": .word, "batch-size": .wholeNumber, "class-weights": .word, "clip-norm": .number,
    "cross-layers": .wholeNumber, "dropout": .number, "embedding-width": .wholeNumber,
    "hidden": .word, "l1": .number, "l2": .number, "label-smoothing": .number,
    "learning-rate": .number, "minimum-rows": .wholeNumber, "momentum": .number, "net": .word,
    "one-hot-limit": .wholeNumber, "optimizer": .word, "patience": .wholeNumber,
    "schedule": .word, "sequence-units": .wholeNumber, "token-limit": .wholeNumber,
    "warm-up": .wholeNumber,
    "weight-decay": .number,
  ]

  private static func values(
    _ node: Node, of option: String, _ kind: Kind, at place: String
  ) throws -> SearchSpace.Values {
    if let mapping = node.mapping { return .range(try range(mapping, of: option, kind, at: place)) }
    let nodes = node.sequence.map(Array.init) ?? [node]
    let choices = nodes.map { choice in
      choice.sequence?.compactMap(\.scalar?.string).joined(separator: ",")
        ?? choice.scalar?.string ?? ""
    }
    guard !choices.isEmpty, !choices.contains("") else {
      throw Failure.usage(
        "\(place): \(option) takes values in brackets, or {from: NUMBER, to: NUMBER}")
    }
    for choice in choices { try check(choice, of: option, at: place) }
    return .choices(choices)
  }

  private static func range(
    _ mapping: Node.Mapping, of option: String, _ kind: Kind, at place: String
  ) throws -> SearchSpace.Range {
    guard kind != .word else {
      throw Failure.usage("\(place): \(option) has no numbers; give its values in brackets")
    }
    let known = ["from", "to", "log"]
    for (key, _) in mapping where !known.contains(key.string ?? "") {
      let word = key.string ?? ""
      throw Failure.usage(
        "\(place): a range has no \(word); did you mean \(word.nearest(to: known))?")
    }
    func number(_ key: String) throws -> Double {
      guard let node = mapping[key], let number = node.float, number.isFinite else {
        throw Failure.usage(
          "\(place): \(option) takes {from: NUMBER, to: NUMBER}, and `\(key)` is"
            + " \(mapping[key]?.scalar?.string ?? "missing")")
      }
      guard kind != .wholeNumber || Int(exactly: number) != nil else {
        throw Failure.usage("\(place): \(option) takes whole numbers, not \(number)")
      }
      try check(kind == .wholeNumber ? "\(Int(number))" : "\(number)", of: option, at: place)
      return number
    }
    let (least, greatest) = (try number("from"), try number("to"))
    let isLogarithmic: Bool
    switch mapping["log"] {
    case nil: isLogarithmic = false
    case let node?:
      guard let value = node.bool else {
        throw Failure.usage(
          "\(place): log takes true or false, not \(node.scalar?.string ?? "a list")")
      }
      isLogarithmic = value
    }
    guard least <= greatest, !isLogarithmic || least > 0 else {
      throw Failure.usage(
        "\(place): \(option) goes from the lesser number to the greater"
          + "\(isLogarithmic ? ", both above 0" : ""), not from \(least) to \(greatest)")
    }
    return SearchSpace.Range(
      least, greatest, isLogarithmic: isLogarithmic, isWhole: kind == .wholeNumber)
  }

  /// Checks that `apus train` takes a value.
  private static func check(_ value: String, of option: String, at place: String) throws {
    do {
      _ = try TrainingOptions.parse(["--data=data", "--label=label", "--\(option)=\(value)"])
    } catch {
      throw Failure.usage("\(place): \(TrainingOptions.message(for: error))")
    }
  }
}
