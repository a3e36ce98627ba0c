internal import ApusBench
internal import ArgumentParser

/// `apus bench worker`: one of the processes of a load, which takes its job from another.
struct BenchWorker: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "worker", abstract: "Put on a part of a load.", shouldDisplay: false)

  func run() throws {
    try ParallelLoad.serve { (job: BenchJob, whenReady) in try job.run(whenReady: whenReady) }
  }
}
