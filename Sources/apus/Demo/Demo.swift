internal import ArgumentParser
internal import FoundationEssentials
internal import UnixSignals

/// `apus demo`: the whole way from a CSV file to scores over the wire, measured.
struct Demo: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Simulate, train, evaluate, serve and score; then tell how good and how fast.",
    discussion: """
      Without --data a shop is simulated, whose true purchase probabilities are known, so that the \
      AUC of the model can be held against the best possible one. One row in five is kept for the \
      test: training never sees it, evaluation and scoring see nothing else.

      Examples:
        apus demo
        apus demo --data visits.csv --label bought --device cpu
      """)

  @Option(help: ArgumentHelp("Take this CSV file instead of a simulated shop.", valueName: "file"))
  var data: String?

  @Option(help: ArgumentHelp("The column of --data to predict.", valueName: "column"))
  var label: String?

  @Option(help: "The device: auto, cpu, opencl or opencl:N.")
  var device = "auto"

  @Option(
    help: ArgumentHelp(
      "Put all files into this folder instead of a new one for temporary files.",
      valueName: "folder"))
  var keep: String?

  func validate() throws {
    guard (data == nil) == (label == nil) else {
      throw ValidationError("--data and --label belong together: give both or neither.")
    }
  }

  func run() async throws {
    let folder = try Self.folder(keep)
    let signals = await UnixSignalsSequence(trapping: .sigint, .sigterm, .sighup)
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask {
        let data =
          if let data, let label {
            try DemoData.own(data, label: label, in: folder)
          } else {
            try DemoData.simulated(in: folder)
          }
        try await DemoRun(data: data, device: device, folder: folder).run()
      }
      group.addTask {
        for await signal in signals {
          throw DemoError(.interrupted, "the demo was ended by \(signal)")
        }
      }
      // Leaving cancels the other task, and that ends what it has started.
      defer { group.cancelAll() }
      try await group.next()
    }
  }

  /// Makes the folder that everything goes into.
  private static func folder(_ path: String?) throws -> String {
    do {
      guard let path else {
        let path = FileManager.default.temporaryDirectory
          .appending(path: "apus-demo-\(UUID().uuidString.prefix(8).lowercased())").path
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        return path
      }
      try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
      return path
    } catch {
      throw DemoError(.fileSystem, "the folder \(path ?? "for temporary files") cannot be made")
    }
  }
}
