/// What a repository of models is told once, when it starts.
public struct RepositoryConfiguration: Sendable {
  /// What makes a version the stable one.
  public var mode = RepositoryMode.automatic

  /// The replaced versions of each name that stay loaded, so that a rollback is instant.
  public var keptVersions = 1

  /// How often the folder is looked at.
  public var scanInterval = Duration.seconds(1)

  /// How long a version may be damaged, and perhaps on its way, before people are told.
  public var patience = Duration.seconds(30)

  /// The share of the requests that is kept for trying new versions, in percent; 0 keeps none.
  public var samplePercent = 0.0

  /// The greatest difference of a score, from that of the stable version, with which a new version
  /// may serve; nil for any.
  public var differenceLimit: Float?

  /// Creates the configuration of a repository that serves the newest version.
  public init() {}
}
