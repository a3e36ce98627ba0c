import Testing

/// Each rule on a sample that it must find and on one that it must pass.
@Suite struct TidyRuleTests {
  private func file(_ text: String, at path: String = "Sources/apus/A.swift") -> SourceTree.File {
    SourceTree.File(path: path, text: text)
  }

  @Test func `a file of 501 lines is too long`() {
    #expect(TextRules.tooManyLines(in: file(String(repeating: "a\n", count: 501))).count == 1)
    #expect(TextRules.tooManyLines(in: file(String(repeating: "a\n", count: 500))) == [])
  }

  @Test func `a line of 101 columns is too long, save for an address`() {
    let columns = String(repeating: "é", count: 100)
    #expect(
      TextRules.tooLongLines(in: file("\n\(columns)é\n")).first?.contains(".swift:2:") == true
    )
    #expect(TextRules.tooLongLines(in: file(columns)) == [])
    #expect(TextRules.tooLongLines(in: file("https://\(columns)")) == [])
  }

  @Test(arguments: TextRules.bannedWords)
  func `a banned word is found`(word: String) {
    #expect(TextRules.bannedWords(in: file("let a = 1  // \(word)")).count == 1)
    #expect(TextRules.bannedWords(in: file("\(word)")).count == 1)
    #expect(TextRules.bannedWords(in: file("my\(word)")) == [])
  }

  @Test(arguments: TextRules.machineFolders)
  func `a path of one machine is found`(folder: String) {
    #expect(TextRules.machinePaths(in: file("open(\"\(folder)a.csv\")")).count == 1)
    #expect(TextRules.machinePaths(in: file("\(folder)a.csv")).count == 1)
    #expect(TextRules.machinePaths(in: file("https://example.org\(folder)a")) == [])
    #expect(TextRules.machinePaths(in: file("frame\(folder)a")) == [])
  }

  @Test(arguments: [
    ("import ApusCPU", "ApusCPU"),
    ("@_exported public import struct ApusWire.Frame", "ApusWire"),
    ("  package import NIOCore  // why", "NIOCore"),
    ("let import = 1", nil),
    ("// import ApusCPU", nil),
    ("", nil),
  ])
  func `the module of an import is read`(line: String, module: String?) {
    #expect(ImportRules.importedModule(of: line[...]) == module)
  }

  @Test(arguments: [
    ("Sources/ApusWire/A.swift", "import ApusData"),
    ("Sources/ApusWire/A.swift", "import NIOPosix"),
    ("Sources/ApusTraining/A.swift", "import ApusCPU"),
    ("Sources/ApusServing/Deep/A.swift", "internal import ApusOpenCL"),
    ("Sources/ApusCPU/A.swift", "import COpenCL"),
    ("Sources/ApusModel/A.swift", "import ArgumentParser"),
    ("Sources/ApusAttic/A.swift", "import FoundationEssentials"),
  ])
  func `a forbidden import is found`(path: String, line: String) {
    #expect(ImportRules.forbiddenImports(in: file("\n\(line)\n", at: path)).count == 1)
  }

  @Test(arguments: [
    ("Sources/apus/A.swift", "import ApusOpenCL"),
    ("Sources/ApusCPU/A.swift", "import CSIMD"),
    ("Sources/ApusServing/A.swift", "import NIOPosix"),
    ("Benchmarks/scoring/Sources/A.swift", "import ApusCPU"),
    ("Package.swift", "import PackageDescription"),
  ])
  func `an allowed import passes`(path: String, line: String) {
    #expect(ImportRules.forbiddenImports(in: file(line, at: path)) == [])
  }

  @Test func `no room can reach itself through the table`() {
    for room in ImportRules.rooms.keys {
      var reached: Set<String> = []
      var open = ImportRules.rooms[room, default: []]
      while let next = open.popFirst() {
        if reached.insert(next).inserted { open.formUnion(ImportRules.rooms[next, default: []]) }
      }
      #expect(!reached.contains(room), "\(room)")
    }
  }

  @Test func `a room without a row and a row without a room are found`() {
    let rooms = Array(ImportRules.rooms.keys)
    #expect(LayoutRules.unknownRooms(folders: rooms) == [])
    #expect(LayoutRules.unknownRooms(folders: rooms + ["Attic"]).count == 1)
    #expect(LayoutRules.unknownRooms(folders: Array(rooms.dropFirst())).count == 1)
  }

  @Test func `a suite that is not there is found`() {
    let text = "| a | `OldTests` | | b | `ServerTests`, `make soak` |"
    let paths = ["Tests/ApusServingTests/ServerTests.swift", "Tests/X/VeryOldTests.swift"]
    let findings = LayoutRules.unknownSuites(in: text, paths: paths)
    #expect(findings.map { finding in finding.prefix { $0 != ":" } } == ["OldTests"])
  }

  @Test func `a kernel that is not embedded is found`() {
    let source = "static const char a[] = {\n#embed \"../../Kernels/a.cl\"\n};\n// Kernels/b.cl\""
    let kernels = ["Kernels/a.cl", "Kernels/b.cl"]
    let findings = LayoutRules.unembedded(kernels: kernels, embeddingSource: source)
    #expect(findings.count == 1)
    #expect(findings.first?.hasPrefix("Kernels/b.cl") == true)
  }

  @Test func `a changelog without a place for what is new is found`() {
    #expect(LayoutRules.changelogFaults(in: "# Changelog\n\n## [Unreleased]\n") == [])
    #expect(LayoutRules.changelogFaults(in: "# Changelog\n\n## [1.0.0]\n").count == 1)
    #expect(LayoutRules.changelogFaults(in: "").count == 1)
  }

  @Test func `a stranger at the top level is found`() {
    let names = ["Sources", "scripts", ".build", "Package.resolved", "attic"]
    let gitignore = ".build/\nPackage.resolved\n"
    let findings = LayoutRules.strangers(among: names, gitignore: gitignore)
    #expect(findings.map { finding in finding.prefix { $0 != ":" } } == ["scripts", "attic"])
  }
}
