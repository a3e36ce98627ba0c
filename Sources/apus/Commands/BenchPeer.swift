internal import ApusBench
internal import ApusModel
internal import ArgumentParser
internal import Foundation

/// `apus bench peer`: the same generator on a server that does not speak Apus.
struct BenchPeer: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "peer",
    abstract: "Measure another server with the same generator, to compare.",
    discussion: """
      Examples:
        apus bench peer --connect 127.0.0.1:8000 --speak http --request request.http
        apus bench peer --connect 127.0.0.1:8001 --speak grpc --request message.bin \\
          --path /inference.GRPCInferenceService/ModelInfer

      The file holds what is sent again and again: an HTTP request with its head, a message of
      gRPC, a line, or a message of fixed length, whose bytes 16 to 23 are made anew and must come
      back at the same place.
      """)

  /// What a peer speaks.
  enum Speech: String, ExpressibleByArgument, CaseIterable {
    case http, grpc, lines, fixed
  }

  @Option(help: "The server, as HOST:PORT.")
  var connect: Address

  @Option(help: "What it speaks: http, grpc, lines or fixed.")
  var speak: Speech

  @Option(help: "The file of the request.")
  var request: String

  @Option(help: "The method of gRPC, as /package.Service/Method.")
  var path = "/inference.GRPCInferenceService/ModelInfer"

  @Option(help: "The bytes of a reply of fixed length.")
  var replyBytes = 64

  @OptionGroup var load: BenchLoadOptions

  func validate() throws {
    if let fault = load.plan.fault { throw ValidationError(fault) }
    if load.depth > 1, speak != .fixed {
      throw ValidationError("--depth \(load.depth): \(speak.rawValue) has one request at a time")
    }
    if load.processes > 1 { throw ValidationError("a peer is measured from one process") }
  }

  func run() throws {
    let bytes: [UInt8]
    do {
      bytes = Array(try Data(contentsOf: URL(filePath: request)))
    } catch {
      throw Failure.usage("\(request): it cannot be read: \(error.reason)")
    }
    let speech: PeerUnderLoad.Speech =
      switch speak {
      case .http: .http
      case .grpc: .grpc(path: path)
      case .lines: .lines
      case .fixed: .fixed(replyLength: replyBytes)
      }
    let peer = PeerUnderLoad(connect.endpoint, speech: speech, request: bytes)
    let result = try peer.run(load.plan)
    try Terminal.print(json: ResultFigures(result))
    guard result.isComplete else {
      throw Failure.internalFault(
        "\(result.lost) requests got no reply, \(result.mismatched) replies were not theirs")
    }
  }
}
