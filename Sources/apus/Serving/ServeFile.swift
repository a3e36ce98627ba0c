internal import ApusModel
internal import ArgumentParser
internal import FoundationEssentials
internal import Yams

/// A file of options in YAML: each is an argument that comes before those of the command line.
///
/// ```yaml
/// models: models
/// listen: 0.0.0.0:7411
/// tokens: tokens
/// keep-awake: true
/// pin: [0, 1]
/// ```
/// The keys are the names of the options, so that what holds for the one holds for the other, and
/// the command line has the last word.
enum ServeFile {
  /// Puts the options of the file that `apus serve --config FILE` names before the others.
  ///
  /// - Parameter arguments: The arguments of the command line.
  /// - Returns: The arguments as if all had been on the command line.
  /// - Throws: `Failure` naming the file and the line that are wrong.
  static func expand(_ arguments: [String]) throws -> [String] {
    guard arguments.first == "serve", let path = path(in: arguments) else { return arguments }
    return ["serve"] + (try options(in: path)) + arguments.dropFirst()
  }

  private static func path(in arguments: [String]) -> String? {
    for (index, argument) in arguments.enumerated() {
      if argument == "--config", index + 1 < arguments.count { return arguments[index + 1] }
      if argument.hasPrefix("--config=") { return String(argument.dropFirst("--config=".count)) }
    }
    return nil
  }

  private static func options(in path: String) throws -> [String] {
    let node: Node?
    do {
      let text = String(decoding: try Data(contentsOf: URL(filePath: path)), as: UTF8.self)
      node = try compose(yaml: text)
    } catch let error as YamlError {
      throw Failure.usage("\(path): expected YAML: \(error)")
    } catch {
      throw Failure.usage("\(path): it cannot be read: \(error.reason)")
    }
    guard let node else { return [] }
    guard let mapping = node.mapping else {
      throw Failure.usage("\(path): expected lines of the form `key: value`")
    }
    return try mapping.map { key, value in
      let place = "\(path):\(key.mark?.line ?? 1)"
      return try argument(key.string ?? "", value, at: place)
    }
  }

  private static func argument(_ name: String, _ value: Node, at place: String) throws -> String {
    guard let setting = ServeOptions.settings.first(where: { $0.name == name }) else {
      let names = ServeOptions.settings.map(\.name)
      throw Failure.usage(
        "\(place): there is no option \(name); did you mean \(name.nearest(to: names))?")
    }
    let words = value.sequence.map { $0.map(\.scalar?.string) } ?? [value.scalar?.string]
    let text = words.compactMap { $0 }.joined(separator: ",")
    guard words.count == words.compactMap({ $0 }).count, !text.isEmpty else {
      throw Failure.usage("\(place): \(name) takes a value, or several in brackets")
    }
    if setting.isFlag {
      guard let isOn = value.bool else {
        throw Failure.usage("\(place): \(name) takes true or false, not \(text)")
      }
      return isOn ? "--\(name)" : "--no-\(name)"
    }
    let argument = "--\(name)=\(text)"
    do {
      // What is required may be elsewhere; the rest is judged when all is there.
      let others = name == "models" ? [] : ["--models=."]
      _ = try Lone.parse([argument] + others)
    } catch {
      throw Failure.usage("\(place): \(Lone.message(for: error))")
    }
    return argument
  }

  /// One option alone, to know whose value is wrong.
  private struct Lone: ParsableArguments {
    @OptionGroup var options: ServeOptions
  }
}
