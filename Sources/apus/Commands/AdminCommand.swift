internal import ArgumentParser

/// `apus admin`: orders to a running server.
struct AdminCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "admin",
    abstract: "Load, swap and roll back the models of a running server.",
    discussion: """
      Examples:
        apus admin load visits 4 --server 127.0.0.1:7413
        apus admin canary visits 4 --percent 5 --server 127.0.0.1:7413
        apus admin swap visits 4 --server 127.0.0.1:7413
        apus admin rollback visits --server 127.0.0.1:7413

      The address is that of the server's listener for administration. Each order prints one JSON
      line: where the labels are now, and how long it took.
      """,
    subcommands: [
      AdminLoad.self, AdminSwap.self, AdminRollback.self, AdminUnload.self, AdminCanary.self,
      AdminDrain.self, AdminStatus.self,
    ])
}
