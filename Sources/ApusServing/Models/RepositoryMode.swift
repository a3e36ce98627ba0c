/// What makes a version the stable one.
public enum RepositoryMode: String, Sendable, CaseIterable {
  /// The newest version in the folder becomes stable as soon as it can serve.
  case automatic
  /// The newest version becomes stable at the start, and after that only orders move labels.
  case manual
}
