internal import ApusModel
internal import ApusNN
internal import ApusNetFile
internal import ArgumentParser
internal import FoundationEssentials

/// A net as it is typed: its name, or the path of a file that describes it.
enum NetChoice: ExpressibleByArgument {
  case named(NamedNet)
  case file(String)

  init?(argument: String) {
    if let net = NamedNet(named: argument) {
      self = .named(net)
    } else if argument.contains(where: { "./".contains($0) }) {
      self = .file(argument)
    } else {
      return nil
    }
  }

  var defaultValueDescription: String {
    switch self {
    case .named(let net): net.name
    case .file(let path): path
    }
  }

  static var allValueStrings: [String] { NamedNet.all.map(\.name) + ["FILE.yaml"] }

  /// The net.
  ///
  /// - Throws: `Failure` where the file cannot be read, `NetFileError` where it is wrong.
  func net() throws -> NamedNet {
    switch self {
    case .named(let net): return net
    case .file(let path):
      let text: String
      do {
        text = String(decoding: try Data(contentsOf: URL(filePath: path)), as: UTF8.self)
      } catch {
        throw Failure.unreadable(path, "it cannot be read: \(error.reason)")
      }
      return NamedNet(describedBy: try NetFile.parse(text, file: path), named: path)
    }
  }
}
