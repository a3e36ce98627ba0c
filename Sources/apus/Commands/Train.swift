internal import ApusModel
internal import ApusTraining
internal import ArgumentParser

/// `apus train`: a CSV in, a sealed model out.
struct Train: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Train a net on a CSV file and seal it as the next version of a model.",
    discussion: """
      Examples:
        apus train --data visits.csv --label purchased --output models/visits
        apus train --data prices.csv --label price --output models/price \\
          --hidden none --optimizer sgd --loss mse --epochs 100
        apus train --data visits.csv --label purchased --output models/visits \\
          --optimizer adamw --schedule cosine --warm-up 200 --checkpoint-dir run --resume
        apus train --data visits.csv --label purchased --output models/visits --precision int8
        apus train --data visits.csv --label purchased --output models/visits \\
          --calibrate platt --threshold-for precision=0.8
        apus train --data visits.csv --label purchased --output models/visits --net net.yaml
        apus train --data visits.csv --label purchased --output models/visits --folds 5

      Ctrl-C finishes the steps in hand. With --checkpoint-dir the run is then kept, and the same
      command with --resume goes on; without, the best weights so far are sealed.
      """)

  @OptionGroup var training: TrainingOptions
  @OptionGroup var checkpoints: CheckpointOptions

  @Option(help: "The model's folder; its last part is the model's name.")
  var output: String

  @Option(
    help: ArgumentHelp(
      """
      Cross-validate first: hold out each of so many folds of all rows but the test's, divided as \
      --split says, and print each metric's mean and standard error.
      """, valueName: "count"))
  var folds: Int?

  @Flag(
    inversion: .prefixedNo,
    help: "Write report.html, report.json and TensorBoard's events beside the model.")
  var report = true

  @Flag(help: "Print one JSON object.")
  var json = false

  func validate() throws {
    if let folds, folds < 2 {
      throw ValidationError("--folds takes 2 or more, not \(folds)")
    }
    if let option = training.idleOptions.first { throw ValidationError(option.reason) }
  }

  func run() throws {
    let folder = ModelFolder(output)
    try folder.checkIsWritable()
    try FolderProbe.check(folder.path)
    if let kept = checkpoints.checkpointDir { try FolderProbe.check(kept) }
    // A mistake in a net's file is told before a large table is read.
    var recipe = try training.recipe
    recipe.folds = folds
    let job = TrainingJob(
      options: training, recipe: recipe, folder: folder, checkpoints: checkpoints.plan,
      hasReport: report)
    let events = report ? RunningEvents(in: folder.path) : nil
    let summary = try job.run(
      on: try training.data(for: output), progress: TrainingProgress(events: events))
    events?.remove()
    if json {
      try Terminal.print(json: summary)
    } else {
      Terminal.print(summary.description)
    }
  }
}
