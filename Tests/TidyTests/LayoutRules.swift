/// Rules about the repository as a whole; each returns what it finds, one line per finding.
enum LayoutRules {
  /// What may lie at the top level beside what `.gitignore` names.
  static let topLevel: Set = [
    ".ci", ".git", ".gitignore", ".swift-format", "Benchmarks", "CHANGELOG.md", "CONTRIBUTING.md",
    "Kernels", "LICENSE", "Makefile", "Package.swift", "README.md", "Sources", "Tests",
  ]

  /// Returns the entries of the top level that have no place there.
  static func strangers(among names: [String], gitignore: String) -> [String] {
    let ignored = gitignore.split(separator: "\n").map { line in
      line.split(separator: "/").joined(separator: "/")
    }
    return names.filter { name in !topLevel.contains(name) && !ignored.contains(name) }
      .map { name in "\(name): has no place at the top level" }
  }

  /// Returns the kernels that are not embedded in the binary.
  ///
  /// A kernel is embedded by a line such as `#embed "../../Kernels/matmul.cl"`.
  static func unembedded(kernels: [String], embeddingSource: String) -> [String] {
    let embedded = embeddingSource.split(separator: "\n").filter { $0.hasPrefix("#embed") }
    return kernels.filter { kernel in
      !embedded.contains { line in line.contains("/\(kernel)\"") }
    }
    .map { kernel in "\(kernel): is not embedded in Sources/CKernels" }
  }

  /// Returns what a changelog lacks of the form of keepachangelog.com.
  static func changelogFaults(in text: String) -> [String] {
    let titles = text.split(separator: "\n").filter { line in line.hasPrefix("## ") }
    return titles.first == "## [Unreleased]"
      ? [] : ["CHANGELOG.md: the first section is not \"## [Unreleased]\""]
  }

  /// Returns the suites that a text names and that no file is named after.
  ///
  /// A suite stands between backquotes and ends in `Tests`.
  static func unknownSuites(in text: String, paths: [String]) -> [String] {
    let names = text.matches(of: /`([A-Z][A-Za-z0-9]*Tests)`/).map { String($0.1) }
    return Set(names).sorted()
      .filter { name in !paths.contains { path in path.hasSuffix("/\(name).swift") } }
      .map { name in "\(name): is named, and is no file of tests" }
  }

  /// Returns the folders without a row in the table of imports, and the rows without a folder.
  static func unknownRooms(folders: [String]) -> [String] {
    Set(folders).symmetricDifference(ImportRules.rooms.keys).sorted()
      .map { room in "\(room): is a folder or a row in the table of imports, but not both" }
  }
}
