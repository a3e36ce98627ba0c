import FoundationEssentials

/// The text files of the repository, read once.
struct SourceTree {
  /// One file and its path from the root of the repository.
  struct File {
    let path: String
    let text: String

    /// The part of the name after the last dot.
    var suffix: String { path.contains(".") ? String(path.split(separator: ".").last ?? "") : "" }

    /// The lines without their ends, numbered from 1.
    var lines: [(number: Int, text: Substring)] {
      text.split(separator: "\n", omittingEmptySubsequences: false).enumerated()
        .map { index, line in (index + 1, line) }
    }
  }

  static let root = URL(filePath: #filePath, directoryHint: .notDirectory)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  private static let folders = [".ci", "Benchmarks", "Kernels", "Sources", "Tests"]
  private static let singles = [
    "CHANGELOG.md", "CONTRIBUTING.md", "Makefile", "Package.swift", "README.md",
  ]
  private static let suffixes: Set = [
    "c", "cl", "h", "inc", "md", "modulemap", "py", "sh", "swift",
  ]

  /// Every text file that people write, in the order of their paths.
  let files: [File]

  init() {
    let names =
      Self.singles
      + Self.folders.flatMap { folder in
        let path = Self.root.appending(path: folder).path
        return (try? FileManager.default.subpathsOfDirectory(atPath: path))?
          .filter { name in
            folder == ".ci" || Self.suffixes.contains(String(name.split(separator: ".").last ?? ""))
          }
          .map { name in "\(folder)/\(name)" } ?? []
      }
    files = names.filter { name in !name.contains("/.build/") }.sorted().compactMap { name in
      let data = FileManager.default.contents(atPath: Self.root.appending(path: name).path)
      return data.map { data in File(path: name, text: String(decoding: data, as: UTF8.self)) }
    }
  }

  /// Returns the names in a folder, or none where there is no such folder.
  static func names(in folder: String) -> [String] {
    let path = root.appending(path: folder).path
    return (try? FileManager.default.contentsOfDirectory(atPath: path))?.sorted() ?? []
  }
}
