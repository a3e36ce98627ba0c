internal import ApusCompute
internal import ApusData
internal import ApusModel
internal import ApusReport
internal import ApusTraining
internal import ArgumentParser
internal import Foundation

/// `apus tune`: many short runs, a few long ones, and the best sealed.
struct Tune: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Search for the hyperparameters that train best, and seal the best model.",
    discussion: """
      Random search with successive halving: --trials choices run for a few epochs, the best third \
      of them goes on for three times as many, and so on to --epochs. The validation rows decide; \
      the test rows are judged once, by the model that is sealed. Options of apus train hold for \
      all trials, and those that are given are not searched.

      Examples:
        apus tune --data visits.csv --label purchased --output models/visits --search-dir search
        apus tune --data visits.csv --label purchased --output models/visits --search-dir search \\
          --net dcn --trials 81 --epochs 81 --metric auc --resume
        apus tune --data visits.csv --label purchased --output models/visits --search-dir search \\
          --space space.yaml --brackets 4

      A space is a file of options with what each may be:
        net: [mlp, dcn]
        hidden: [none, [64, 64], [256, 128]]
        dropout: {from: 0, to: 0.5}
        learning-rate: {from: 0.0001, to: 0.1, log: true}

      Whatever ends it, the same command with --resume goes on, and ends with the same model.
      """)

  @OptionGroup var search: SearchOptions
  @OptionGroup var training: TrainingOptions

  @Option(help: "The model's folder; its last part is the model's name.")
  var output: String

  @Flag(help: "Print one JSON object.")
  var json = false

  /// The epochs of a whole run where none are given.
  static let standardEpochs = 27

  /// What is printed.
  private struct Summary: Encodable {
    let trials: Int
    let failed: Int
    let outcomes: Int
    let best: TrialOutcome
    let command: [String]
    let picture: String
    let model: TrainingReport
  }

  func validate() throws {
    guard training.validation > 0 else {
      throw ValidationError("a search is decided by validation rows; give --validation a share")
    }
  }

  func run() throws {
    let folder = ModelFolder(output)
    try folder.checkIsWritable()
    try FolderProbe.check(folder.path)
    var space = try SpaceFile(search.space).space()
    if search.space == nil, case .file = training.net.net {
      space = SearchSpace(
        space.dimensions.filter { !NetOptions.shapingOptions.contains($0.name) })
    }
    let data = try training.data(for: output)
    let device = try training.device.withBackend(
      for: try Workload(training: training.recipe, on: data.clean.table)
    ) { $0.device.selector }
    let epochs = training.net.epochs ?? Self.standardEpochs
    let arguments = TuneArguments(
      CommandLine.arguments.dropFirst(2), epochs: epochs, device: device)
    let plan = SearchPlan(
      space: arguments.open(in: space), schedule: search.schedule(epochs: epochs),
      metric: search.metric, seed: training.seed, arguments: arguments.common,
      data: data.fingerprint)
    let run = TuneRun(
      plan: plan, arguments: arguments,
      device: try TrainingOptions.parse(arguments.common).device, folder: search.searchDir,
      progress: TrainingProgress(isQuiet: true))
    guard !plan.space.dimensions.isEmpty else {
      throw Failure.usage("nothing is left to search: the command line gives all of the space")
    }
    let result = try run.device.withBackend { backend in
      try run.run(on: SearchTable(data.clean), backend: backend, resumes: search.resume)
    }
    guard let best = result.best else {
      throw Failure.unreadable(
        search.searchDir, "all trials failed, the first: \(result.outcomes[0].failure ?? "")")
    }
    let options = try run.options(of: best.trial)
    let words = arguments.words(
      of: best.trial, in: plan.space, without: Set(options.idleOptions.map(\.name)))
    let command = ["apus", "train"] + words + ["--output", output]
    let picture = "\(search.searchDir)/tune.html"
    let report = SearchReport(result, model: folder.name, command: command)
    try OutputFile.write(Data(try report.html().utf8), to: picture)
    let job = TrainingJob(
      options: options, recipe: try options.recipe, folder: folder,
      checkpoints: run.checkpoints(of: best.trial, through: nil), command: command)
    try print(result, best, try job.run(on: data, progress: run.progress), command, picture)
  }

  private func print(
    _ result: HyperparameterSearch, _ best: TrialOutcome, _ model: TrainingReport,
    _ command: [String], _ picture: String
  ) throws {
    guard !json else {
      return try Terminal.print(
        json: Summary(
          trials: result.ranking.count, failed: result.ranking.count { $0.failure != nil },
          outcomes: result.outcomes.count, best: best, command: command, picture: picture,
          model: model))
    }
    Terminal.print("\(TuneTable(result))\n\n\(model)")
    Terminal.print(
      "  search: \(picture)\n  again: \(command.map(\.shellWord).joined(separator: " "))")
  }
}

extension String {
  /// This word as a shell takes it.
  fileprivate var shellWord: String {
    let isPlain = allSatisfy {
      $0.isASCII && ($0.isLetter || $0.isNumber) || "@%+=:,./-_".contains($0)
    }
    return isPlain && !isEmpty ? self : "'" + replacing("'", with: "'\\''") + "'"
  }
}
