import FoundationEssentials

/// A folder that appears at its destination complete, or not at all.
///
/// ```
/// .NAME.partial-PID   files are written here          -- publish -->  NAME
/// .NAME.previous-PID  an earlier output steps aside while its successor is renamed
/// ```
final class OutputDirectory {
  private let destination: String
  private let partial: String
  private let previous: String

  /// Makes the partial folder beside the destination.
  ///
  /// - Parameter destination: The folder to make. Missing parents are made.
  /// - Throws: ``SimulationError`` with code `outputOccupied` where the destination holds anything
  ///   but an earlier simulation, or `fileSystem`.
  init(destination: String) throws(SimulationError) {
    let url = URL(filePath: destination, directoryHint: .isDirectory).standardizedFileURL
    let parent = url.deletingLastPathComponent()
    let name = url.lastPathComponent
    self.destination = Self.path(of: url)
    partial = Self.path(of: parent.appending(path: ".\(name).partial-\(processIdentifier())"))
    previous = Self.path(of: parent.appending(path: ".\(name).previous-\(processIdentifier())"))
    if let occupant = Self.occupant(of: self.destination) {
      throw SimulationError(
        .outputOccupied,
        "\(destination) \(occupant): name a new folder, or remove what is there"
      )
    }
    try? FileManager.default.removeItem(atPath: partial)
    try makeDirectory(partial)
  }

  deinit {
    try? FileManager.default.removeItem(atPath: partial)
  }

  /// Returns where a file is to be written.
  ///
  /// - Parameter name: The name of the file.
  /// - Returns: The path inside the partial folder.
  func path(of name: String) -> String { "\(partial)/\(name)" }

  /// Writes the summary and renames the folder to its destination.
  ///
  /// - Parameter summary: What was written.
  /// - Throws: ``SimulationError`` with code `fileSystem`; the destination is then as it was.
  func publish(_ summary: ShopSummary) throws(SimulationError) {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    do {
      let text = try encoder.encode(summary) + Data("\n".utf8)
      try text.write(to: URL(filePath: path(of: "summary.json")))
    } catch {
      throw SimulationError(.fileSystem, "cannot write \(path(of: "summary.json")): \(error)")
    }
    let isReplacing = FileManager.default.fileExists(atPath: "\(destination)/summary.json")
    if isReplacing { try move(destination, to: previous) }
    do {
      try move(partial, to: destination)
    } catch {
      if isReplacing { try move(previous, to: destination) }
      throw error
    }
    if isReplacing { try? FileManager.default.removeItem(atPath: previous) }
  }

  /// Returns what forbids writing to a destination, or nil where nothing does.
  private static func occupant(of destination: String) -> String? {
    var isDirectory = false
    let files = FileManager.default
    if !files.fileExists(atPath: destination, isDirectory: &isDirectory) { return nil }
    if !isDirectory { return "is a file" }
    guard let contents = try? files.contentsOfDirectory(atPath: destination) else {
      return "cannot be read"
    }
    return contents.isEmpty || isSimulation(destination)
      ? nil : "holds files that no simulation wrote"
  }

  private static func isSimulation(_ directory: String) -> Bool {
    guard
      let text = FileManager.default.contents(atPath: "\(directory)/summary.json"),
      let summary = try? JSONDecoder().decode(ShopSummary.self, from: text)
    else { return false }
    return summary.generator == ShopSummary.mark
  }

  private static func path(of url: URL) -> String {
    let path = url.path(percentEncoded: false)
    return path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path
  }
}
