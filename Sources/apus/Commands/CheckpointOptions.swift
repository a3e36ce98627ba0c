internal import ApusTraining
public import ArgumentParser

/// The options that keep a run, so that nothing is lost whatever ends the process.
struct CheckpointOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Keep the run in this folder, at each epoch's end and when it is interrupted.",
      valueName: "folder"))
  var checkpointDir: String?

  @Option(help: "Keep the run this often as well, as in 500steps or 30s.")
  var checkpointEvery: CheckpointInterval?

  @Flag(help: "Go on from the newest checkpoint; the run ends as if it had never stopped.")
  var resume = false

  @Option(help: "What to do when the run cannot be kept, as on a full disk: warn or stop.")
  var checkpointFailure = CheckpointPlan.Failure.warn

  func validate() throws {
    guard checkpointDir != nil || (checkpointEvery == nil && !resume) else {
      throw ValidationError("--checkpoint-every and --resume need --checkpoint-dir")
    }
  }

  /// When and where the run is kept; nil for never.
  var plan: CheckpointPlan? {
    checkpointDir.map { folder in
      CheckpointPlan(
        folder: folder, interval: checkpointEvery?.interval ?? .epochs, resumes: resume,
        failure: checkpointFailure)
    }
  }
}

extension CheckpointPlan.Failure: ExpressibleByArgument {}

/// An interval as it is typed: `500steps`, `30s`.
struct CheckpointInterval: ExpressibleByArgument {
  let interval: CheckpointPlan.Interval

  init?(argument: String) {
    if argument.hasSuffix("steps"), let count = Int(argument.dropLast(5)), count > 0 {
      interval = .steps(count)
    } else if argument.hasSuffix("s"), let time = Double(argument.dropLast()), time > 0,
      time.isFinite
    {
      interval = .seconds(time)
    } else {
      return nil
    }
  }
}
