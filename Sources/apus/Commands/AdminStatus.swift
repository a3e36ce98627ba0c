internal import ApusClient
internal import ApusWire
internal import ArgumentParser

/// `apus admin status`: what a server serves, and its figures.
struct AdminStatus: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "status", abstract: "Print the models of a server, and its figures, as JSON.")

  @OptionGroup var options: AdminOptions

  private struct Report: Encodable {
    struct Model: Encodable {
      let name: String
      let stable: String
      let device: String
    }

    let models: [Model]
    let figures: [String: Double]
  }

  func run() async throws {
    let report = try await options.withClient { client in
      var models: [Report.Model] = []
      for entry in try await client.modelList() {
        let info = try await client.modelInfo(entry.name)
        models.append(
          Report.Model(name: info.name, stable: info.version, device: info.device))
      }
      let figures = try await client.statistics()
      return Report(
        models: models,
        figures: Dictionary(figures.map { ($0.key, $0.value) }, uniquingKeysWith: { $1 }))
    }
    try Terminal.print(json: report)
  }
}
