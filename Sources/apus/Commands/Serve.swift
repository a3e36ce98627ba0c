internal import ApusModel
internal import ApusServing
internal import ApusWire
internal import ArgumentParser
internal import Glibc
internal import NIOCore
internal import UnixSignals

/// `apus serve`: every model of a folder, over the binary protocol.
struct Serve: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Serve the newest version of every model in a folder.",
    discussion: """
      Example:
        apus serve --models models --listen 127.0.0.1:7411

      Prints one JSON line when it is ready. SIGTERM and Ctrl-C finish what is in flight and end
      the server; a second signal ends it at once.
      """)

  @Option(help: "The folder of models.")
  var models: String

  @Option(help: "The address to listen on, as HOST:PORT; port 0 takes a free one.")
  var listen = Address(host: "127.0.0.1", port: 7411)

  @OptionGroup var device: DeviceOptions

  private struct Ready: Encodable {
    struct Model: Encodable {
      let name: String
      let version: String
      let device: String
    }

    let ready = true
    let address: String
    let models: [Model]
  }

  func run() async throws {
    let folders = try ModelFolder.models(in: models)
    guard !folders.isEmpty else {
      throw ArtifactError(
        .notFound, "there is no model in this folder; train one with apus train", path: models)
    }
    let served = try folders.map { folder in
      let artifact = try Artifact(at: folder.path)
      guard artifact.manifest.name == folder.name else {
        throw ArtifactError(
          .invalidName,
          "it was sealed as \(artifact.manifest.name); give the folder that name, or train a model"
            + " of this one", path: folder.path)
      }
      let workload = Workload(graph: artifact.manifest.graph, rows: Workload.rowsOfServer)
      return try device.withBackend(for: workload) { backend in
        ArtifactModel(try Scorer(artifact, backend: backend, hasEmbeddings: true))
      }
    }
    var configuration = ServerConfiguration(host: listen.host, port: listen.port)
    configuration.serverVersion = Apus.version
    let signals = await UnixSignalsSequence(trapping: .sigterm, .sigint)
    let server = try await Server.start(configuration, catalog: ModelCatalog(served))
    try Terminal.print(
      json: Ready(
        address: "\(listen.host):\(server.address.port ?? listen.port)",
        models: served.map {
          Ready.Model(name: $0.info.name, version: $0.info.version, device: $0.info.device)
        }))
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { await server.run() }
      group.addTask {
        var isDraining = false
        for await _ in signals {
          // Not an orderly exit: what a drain waits for may be stuck in a driver.
          if isDraining { _exit(130) }
          isDraining = true
          Terminal.report("draining")
          Task { await server.drain() }
        }
      }
      // The server's end, or the second signal, whichever comes first.
      try await group.next()
      group.cancelAll()
    }
  }
}
