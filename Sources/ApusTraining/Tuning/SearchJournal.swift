internal import ApusModel
internal import FoundationEssentials

/// A file of the outcomes of a search, one line of JSON each, on the disk before the next trial
/// begins.
///
/// ```
/// {"format":1,"plan":{...}}
/// {"bestEpoch":1,"epochs":1,"metrics":{...},"trial":{"number":1,...}}
/// ...
/// ```
///
/// It holds no time: a search that was cut at any instant and went on ends with the same bytes.
public struct SearchJournal: Hashable, Sendable {
  /// The version of the format.
  static let format = 1
  /// The name of the file.
  static let name = "journal.jsonl"

  /// The folder that the file lies in.
  public let folder: String
  /// The file.
  public var path: String { "\(folder)/\(Self.name)" }

  /// Names the journal of a folder; neither need exist.
  public init(in folder: String) { self.folder = folder }

  private struct Head: Codable {
    let format: Int
    let plan: SearchPlan
  }

  /// Begins a journal.
  ///
  /// - Throws: `CheckpointError` with code `occupied` where there is one, or `unwritable`.
  public func begin(_ plan: SearchPlan) throws(CheckpointError) {
    guard !FileManager.default.fileExists(atPath: path) else {
      throw CheckpointError(
        .occupied, "a search is kept here; --resume goes on with it, another folder starts anew",
        path: folder)
    }
    do {
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
      try DurableFile.publish(
        try Self.line(Head(format: Self.format, plan: plan)), as: Self.name, in: folder)
    } catch {
      throw unwritable(error)
    }
  }

  /// Reads the outcomes of a search that was begun, in order, and cuts off a line that was not
  /// written to its end.
  ///
  /// - Parameter plan: the plan of the search that goes on.
  /// - Returns: the outcomes; nil where there is no journal.
  /// - Throws: `CheckpointError` with code `otherRun` for another plan, `damaged` naming a line, or
  ///   `unwritable`.
  public func outcomes(of plan: SearchPlan) throws(CheckpointError) -> [TrialOutcome]? {
    guard let data = FileManager.default.contents(atPath: path) else { return nil }
    var lines = data.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    // What follows the last line's end is empty, or the beginning of a line.
    var whole = data.count - (lines.popLast()?.count ?? 0)
    guard let head = lines.first.flatMap({ try? Self.decoder.decode(Head.self, from: $0) }),
      head.format == Self.format
    else { throw damaged(line: 1) }
    let differences = plan.differences(from: head.plan)
    guard differences.isEmpty else {
      throw CheckpointError(
        .otherRun,
        "the search that is kept here was another: \(differences.joined(separator: "; "))",
        path: folder)
    }
    var outcomes: [TrialOutcome] = []
    for (index, line) in lines.enumerated().dropFirst() {
      if let outcome = try? Self.decoder.decode(TrialOutcome.self, from: line) {
        outcomes.append(outcome)
      } else if index == lines.count - 1 {
        // The disk may have kept the end of the last line and not its beginning.
        whole -= line.count + 1
      } else {
        throw damaged(line: index + 1)
      }
    }
    if whole < data.count {
      do { try DurableFile.truncate(path, to: whole) } catch { throw unwritable(error) }
    }
    return outcomes
  }

  /// Appends an outcome and waits until it is on the disk.
  ///
  /// - Throws: `CheckpointError.unwritable`; what was there stays.
  public func append(_ outcome: TrialOutcome) throws(CheckpointError) {
    do {
      try DurableFile.append(try Self.line(outcome), to: path)
    } catch {
      throw unwritable(error)
    }
  }

  /// What is wrong with a line, counted from 1.
  func damaged(line: Int) -> CheckpointError {
    CheckpointError(
      .damaged, "line \(line) is not what this search wrote; start it in another folder",
      path: path)
  }

  private func unwritable(_ error: any Error) -> CheckpointError {
    CheckpointError(
      .unwritable, "the search cannot be kept here; what is written stays", path: path,
      cause: error.reason)
  }

  private static func line(_ value: some Encodable) throws -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return [UInt8](try encoder.encode(value)) + [UInt8(ascii: "\n")]
  }

  private static var decoder: JSONDecoder { JSONDecoder() }
}
