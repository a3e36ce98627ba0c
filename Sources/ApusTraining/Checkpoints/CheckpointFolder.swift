internal import ApusModel
internal import FoundationEssentials

/// The checkpoints of one run: the last two that are complete.
///
/// A file has its name only once all of it is on the disk, so whatever ends the process, the newest
/// file is whole.
struct CheckpointFolder: Hashable, Sendable {
  /// How many are kept.
  static let keptCount = 2

  /// The folder's path; it need not exist.
  let path: String

  private static let prefix = "step-"
  private static let suffix = ".checkpoint"

  /// The names of the checkpoints, newest first.
  var names: [String] {
    let entries = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
    return entries.filter { $0.hasPrefix(Self.prefix) && $0.hasSuffix(Self.suffix) }
      .sorted(by: >)
  }

  /// Writes a checkpoint and removes those that are older than the last two.
  ///
  /// - Throws: `CheckpointError.unwritable`; what was there stays.
  func write(_ checkpoint: Checkpoint) throws(CheckpointError) {
    let digits = String(checkpoint.state.step)
    let name =
      Self.prefix + String(repeating: "0", count: max(0, 12 - digits.count)) + digits
      + Self.suffix
    do {
      try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
      try DurableFile.publish(try checkpoint.encoded(), as: name, in: path)
    } catch {
      throw CheckpointError(
        .unwritable,
        "step \(digits) cannot be kept here" + (names.isEmpty ? "" : "; the ones before it are"),
        path: path,
        cause: error.reason)
    }
    for old in names.dropFirst(Self.keptCount) {
      try? FileManager.default.removeItem(atPath: "\(path)/\(old)")
    }
  }

  /// Reads the newest checkpoint that is whole.
  ///
  /// - Returns: The checkpoint, and what is wrong with newer ones; nil where there is none.
  /// - Throws: `CheckpointError.damaged` where there are some, but none is whole.
  func newest() throws(CheckpointError) -> (checkpoint: Checkpoint, damages: [String])? {
    var reasons: [String] = []
    for name in names {
      do {
        let bytes = [UInt8](try Data(contentsOf: URL(filePath: "\(path)/\(name)")))
        return (try Checkpoint(decoding: bytes), reasons)
      } catch {
        reasons.append("\(name): \((error as? Checkpoint.Malformed)?.reason ?? error.reason)")
      }
    }
    guard reasons.isEmpty else {
      throw CheckpointError(
        .damaged, "no checkpoint here can be read; start the run in another folder", path: path,
        cause: reasons.joined(separator: "; "))
    }
    return nil
  }
}
