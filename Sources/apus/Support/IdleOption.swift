/// An option that is given and says nothing beside the others.
struct IdleOption: Hashable {
  /// The option, with its dashes.
  let name: String
  /// What is wrong with it.
  let reason: String
}
