internal import ApusWire
internal import ArgumentParser

/// The name of a model, as orders take it.
struct AdminName: ParsableArguments {
  @Argument(help: "The name of the model.")
  var name: String

  func validate() throws {
    guard ModelName.isValid(name) else {
      throw ValidationError("a model's name has 1 to 64 of a-z 0-9 _ . -, not '\(name)'")
    }
  }
}

/// The name and the version of a model, as orders take them.
struct AdminVersion: ParsableArguments {
  @OptionGroup var model: AdminName

  @Argument(help: "The version.")
  var version: String

  func validate() throws {
    guard ModelName.isValid(version) else {
      throw ValidationError("a version has 1 to 64 of a-z 0-9 _ . -, not '\(version)'")
    }
  }

  /// An order about the version.
  func order(_ action: AdminRequest.Action, canaryShare: UInt16 = 0) -> AdminRequest {
    AdminRequest(
      action, key: .random(), name: model.name, version: version, canaryShare: canaryShare)
  }
}

/// `apus admin load`.
struct AdminLoad: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "load", abstract: "Load and verify a version; no label moves.")

  @OptionGroup var version: AdminVersion
  @OptionGroup var options: AdminOptions

  func run() async throws { try await options.give(version.order(.load)) }
}

/// `apus admin swap`.
struct AdminSwap: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "swap", abstract: "Make a loaded version the stable one.")

  @OptionGroup var version: AdminVersion
  @OptionGroup var options: AdminOptions

  func run() async throws { try await options.give(version.order(.swap)) }
}

/// `apus admin rollback`.
struct AdminRollback: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "rollback", abstract: "Make the stable version before this one stable again.")

  @OptionGroup var model: AdminName
  @OptionGroup var options: AdminOptions

  func run() async throws {
    try await options.give(AdminRequest(.rollback, key: .random(), name: model.name))
  }
}

/// `apus admin unload`.
struct AdminUnload: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "unload",
    abstract: "Let a version without a label, or the last one, leave memory.")

  @OptionGroup var version: AdminVersion
  @OptionGroup var options: AdminOptions

  func run() async throws { try await options.give(version.order(.unload)) }
}

/// `apus admin canary`.
struct AdminCanary: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "canary",
    abstract: "Let a loaded version answer a share of the requests that carry a routing key.")

  @OptionGroup var version: AdminVersion
  @OptionGroup var options: AdminOptions

  @Option(help: "The share in percent, to two decimals; 0 ends the trial.")
  var percent: Double

  func validate() throws {
    guard 0...100 ~= percent else {
      throw ValidationError("--percent takes 0 to 100, not \(percent)")
    }
  }

  func run() async throws {
    let share = UInt16((percent * 100).rounded())
    try await options.give(version.order(.label, canaryShare: share))
  }
}

/// `apus admin drain`.
struct AdminDrain: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "drain", abstract: "Shut the server down: finish what is in flight, and end.")

  @OptionGroup var options: AdminOptions

  func run() async throws { try await options.give(AdminRequest(.drain, key: .random())) }
}
