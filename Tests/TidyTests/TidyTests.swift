import FoundationEssentials
import Testing

/// The style of this repository, as far as a machine can judge it.
@Suite struct TidyTests {
  private static let tree = SourceTree()

  private static func findings(
    in suffixes: Set<String>? = nil,
    _ rule: (SourceTree.File) -> [String]
  ) -> [String] {
    tree.files.filter { file in suffixes?.contains(file.suffix) ?? true }.flatMap(rule)
  }

  private static let code: Set = ["c", "cl", "h", "inc", "swift"]

  @Test func `the tree was found`() {
    #expect(Self.tree.files.contains { file in file.path == "Tests/TidyTests/TidyTests.swift" })
    #expect(Self.tree.files.contains { file in file.path == "Package.swift" })
  }

  @Test func `files are short`() {
    #expect(Self.findings(in: Self.code, TextRules.tooManyLines) == [])
  }

  @Test func `lines are short`() {
    #expect(Self.findings(in: Self.code, TextRules.tooLongLines) == [])
  }

  @Test func `nothing is left undone or careless`() {
    #expect(Self.findings(TextRules.bannedWords) == [])
  }

  @Test func `no path of one machine is written down`() {
    #expect(Self.findings(TextRules.machinePaths) == [])
  }

  @Test func `rooms import only the rooms they may`() {
    #expect(Self.findings(ImportRules.forbiddenImports) == [])
  }

  @Test func `every room is in the table`() {
    let folders = (SourceTree.names(in: "Sources") + SourceTree.names(in: "Tests"))
      .filter { name in !name.hasPrefix(".") }
    #expect(LayoutRules.unknownRooms(folders: folders) == [])
  }

  @Test func `every kernel is embedded`() {
    let kernels = Self.tree.files.map(\.path)
      .filter { path in path.hasPrefix("Kernels/") && path.hasSuffix(".cl") }
    let source = Self.tree.files.filter { file in file.path.hasPrefix("Sources/CKernels/") }
      .map(\.text).joined(separator: "\n")
    #expect(LayoutRules.unembedded(kernels: kernels, embeddingSource: source) == [])
  }

  @Test func `the changelog has a place for what is new`() throws {
    let changelog = try #require(Self.tree.files.first { file in file.path == "CHANGELOG.md" })
    #expect(LayoutRules.changelogFaults(in: changelog.text) == [])
  }

  @Test func `the tests that hold the faults are there`() throws {
    let guide = try #require(Self.tree.files.first { file in file.path == "CONTRIBUTING.md" })
    #expect(guide.text.contains("`ServerFaultTests`"))
    #expect(
      LayoutRules.unknownSuites(in: guide.text, paths: Self.tree.files.map(\.path)) == [])
  }

  @Test func `the top level holds only what belongs there`() throws {
    let gitignore = try String(
      contentsOf: SourceTree.root.appending(path: ".gitignore"),
      encoding: .utf8
    )
    let names = SourceTree.names(in: ".")
    #expect(LayoutRules.strangers(among: names, gitignore: gitignore) == [])
  }
}
