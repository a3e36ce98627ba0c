internal import ApusModel
internal import ApusReport
internal import ApusTraining
internal import Foundation

/// The scalars of a run while it goes on, for `tensorboard --logdir models` to show.
///
/// ```
/// models/visits/running/events.out.tfevents.*.apus    an event more after each epoch
/// ```
///
/// It goes when the model is sealed, whose own file of events holds the same.
final class RunningEvents {
  private let folder: String
  private let path: String
  private let start: Date
  private var events: EventFile
  private var writtenCount = 0
  private var file: FileHandle?
  private var hasFailed = false

  /// Describes a file, which is made at the first epoch's end.
  ///
  /// - Parameter output: the model's folder.
  init(in output: String) {
    start = .now
    let time = start.timeIntervalSince1970.rounded(.down)
    folder = "\(output)/running"
    path = "\(folder)/events.out.tfevents.\(Int(time)).apus"
    events = EventFile(time: time)
  }

  /// Adds an epoch; where that fails the run goes on, and one line says why.
  func append(_ record: EpochRecord) {
    guard !hasFailed else { return }
    events.append(record, time: Date.now.timeIntervalSince1970)
    do {
      let file = try self.file ?? opened()
      self.file = file
      try file.write(contentsOf: Data(events.bytes[writtenCount...]))
      writtenCount = events.bytes.count
    } catch {
      hasFailed = true
      Terminal.report("warning: \(path) cannot be written: \(error.reason); the run goes on")
    }
  }

  private func opened() throws -> FileHandle {
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    try Data().write(to: URL(filePath: path))
    return try FileHandle(forWritingTo: URL(filePath: path))
  }

  /// Takes the file away, and the folder where that leaves it empty.
  func remove() {
    guard writtenCount > 0 else { return }
    try? FileManager.default.removeItem(atPath: path)
    let rest = try? FileManager.default.contentsOfDirectory(atPath: folder)
    if rest?.isEmpty == true { try? FileManager.default.removeItem(atPath: folder) }
  }
}
