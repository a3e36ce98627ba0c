import ApusBench
import ApusWire
import Glibc
import NIOCore
import Synchronization

/// A server of one model on a thread of its own, which answers each request as a script says.
///
/// It ends with its one connection.
final class ScriptedServer: Sendable {
  /// Writes the answer to a request; `number` counts the SCORE and PING frames of the connection.
  typealias Script = @Sendable (_ number: Int, _ request: Frame, inout ByteBuffer) -> Void

  static let model = ModelInfo(
    handle: ModelHandle(rawValue: 7), name: "visits", version: "1", schemaHash: 9,
    task: .regression, featureWidth: 3, outputWidth: 1, device: "none",
    digest: [UInt8](repeating: 1, count: 32))

  let endpoint: Endpoint

  /// Listens, and serves the connections that come one after the other until `connections` have
  /// ended.
  init(connections: Int = 1, _ script: @escaping Script) throws {
    let listener = try Socket.listening(on: .loopback())
    endpoint = .loopback(port: try listener.port())
    let work = Work(listener, connections, script)
    let argument = unsafe Unmanaged.passRetained(work).toOpaque()
    var thread = pthread_t()
    let result = unsafe pthread_create(
      &thread, nil,
      { argument in
        guard let argument = unsafe argument else { return nil }
        unsafe Unmanaged<Work>.fromOpaque(argument).takeRetainedValue().run()
        return nil
      }, argument)
    precondition(result == 0, "pthread_create gave \(result)")
    pthread_detach(thread)
  }

  /// The right answer: the sum of a row, or PONG.
  static func answer(_ request: Frame, into output: inout ByteBuffer) {
    let id = request.header.correlationID
    guard request.header.type == .score, let score = try? ScoreRequest(decoding: request.body)
    else { return Pong(number: 1).encode(into: &output, correlationID: id) }
    let scores = score.withFloatRows { rows in
      (0..<score.rowCount).map { row in
        (0..<3).reduce(Float(0)) { $0 + rows[row * 3 + $1] }
      }
    }
    ScoreReply(model: score.model, rowCount: scores.count, outputWidth: 1, scores: scores)
      .encode(into: &output, correlationID: id)
  }
}

private final class Work {
  private let listener: Socket
  private let connections: Int
  private let script: ScriptedServer.Script

  init(
    _ listener: consuming Socket, _ connections: Int,
    _ script: @escaping ScriptedServer.Script
  ) {
    self.listener = listener
    self.connections = connections
    self.script = script
  }

  /// A failure ends the thread and closes the sockets, which the measuring side reports.
  func run() {
    for _ in 0..<connections {
      guard let socket = try? listener.accepted() else { return }
      var number = 0
      while let request = try? receive(socket) {
        var output = ByteBuffer()
        let id = request.header.correlationID
        switch request.header.type {
        case .hello: hello.encode(into: &output, correlationID: id)
        case .modelInfo: ScriptedServer.model.encode(into: &output, correlationID: id)
        default:
          script(number, request, &output)
          number += 1
        }
        guard (try? socket.send(Array(output.readableBytesView))) != nil else { break }
      }
    }
  }

  private var hello: HelloOK {
    HelloOK(
      environment: 0, bodyLength: 1 << 20, rowsPerRequest: 100,
      credit: Credit(requests: 64, rows: 1000, bytes: 1 << 20), defaultBudgetMicroseconds: 1,
      maximumBudgetMicroseconds: 1, serverName: "script", serverVersion: "1")
  }

  private func receive(_ socket: borrowing Socket) throws -> Frame? {
    var bytes = [UInt8](repeating: 0, count: WireLimits.headerLength)
    guard try socket.receive(&bytes) else { return nil }
    var body = [UInt8](repeating: 0, count: Int(bytes[8]) | Int(bytes[9]) << 8)
    guard try socket.receive(&body) else { return nil }
    var buffer = ByteBuffer(bytes: bytes + body)
    var decoder = FrameDecoder(from: .client, maximumBodyLength: 1 << 20)
    return try decoder.next(from: &buffer)
  }
}
