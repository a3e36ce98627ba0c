internal import ApusServing
public import ArgumentParser

/// How new versions of models come to serve.
struct ServeModelOptions: ParsableArguments {
  private static let standard = RepositoryConfiguration()

  @Option(
    help: """
      What makes a version stable: automatic (the newest in the folder), manual (orders alone).
      """)
  var updates = RepositoryMode.automatic

  @Option(help: "The replaced versions of each model that stay loaded for a rollback.")
  var keepVersions = standard.keptVersions

  @Option(help: "The share of the requests, in percent, that is kept to try new versions on.")
  var samplePercent = standard.samplePercent

  @Option(help: "The greatest difference of a score with which a new version may serve.")
  var differenceLimit: Float?

  /// The same as the repository takes it.
  var configuration: RepositoryConfiguration {
    var configuration = RepositoryConfiguration()
    configuration.mode = updates
    configuration.keptVersions = keepVersions
    configuration.samplePercent = samplePercent
    configuration.differenceLimit = differenceLimit
    return configuration
  }

  func validate() throws {
    try require(keepVersions, in: 0...64, "--keep-versions")
    guard 0...100 ~= samplePercent else {
      throw ValidationError("--sample-percent takes 0 to 100, not \(samplePercent)")
    }
    guard differenceLimit ?? 0 >= 0 else {
      throw ValidationError("--difference-limit is not negative")
    }
  }
}

extension RepositoryMode: ExpressibleByArgument {}
