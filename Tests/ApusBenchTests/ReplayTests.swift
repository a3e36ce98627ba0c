import ApusBench
import ApusWire
import Foundation
import NIOCore
import Testing

@Suite("Replay of a captured client", .timeLimit(.minutes(1)))
struct ReplayTests {
  @Test("requests are sent again in their order, with ids of their own")
  func replay() throws {
    let rows: [[Float]] = [[1, 2, 3], [4, 5, 6, 7, 8, 9], [0.5, 0.5, 0.5]]
    let path = try captured { capture in
      Hello(clientName: "shop", clientVersion: "1").encode(into: &capture, correlationID: 9)
      for row in rows { Self.score(row, into: &capture) }
    }
    defer { try? FileManager.default.removeItem(atPath: path) }
    let requests = try RequestSet.replay(path: path)
    #expect(requests.rowCount == 2 && requests.meanRowCount == 4.0 / 3)

    let seen = SeenRows()
    let server = try ScriptedServer { number, request, output in
      let found = try? ScoreRequest(decoding: request.body).withFloatRows { span in
        span.indices.map { span[$0] }
      }
      seen.isInOrder = seen.isInOrder && found == rows[number % 3]
      seen.identifiers.insert(request.header.correlationID)
      seen.count += 1
      ScriptedServer.answer(request, into: &output)
    }
    var plan = LoadPlan()
    (plan.warmUpSeconds, plan.durationSeconds) = (0.01, 0.1)
    let result = try ServerUnderLoad(server.endpoint).run(plan, requests, checksScores: true)
    #expect(result.isComplete && result.answered > 6)
    #expect(seen.isInOrder && seen.identifiers.count == seen.count)
  }

  @Test("what is no capture is refused with the byte")
  func refusals() throws {
    let cases: [(String, (inout ByteBuffer) -> Void)] = [
      ("byte 0", { $0.writeString(String(repeating: "GET / HTTP/1.1\r\n", count: 4)) }),
      (
        "ends inside a frame",
        {
          Self.score([1, 2, 3], into: &$0)
          $0.moveWriterIndex(to: $0.writerIndex - 8)
        }
      ),
      (
        "no request",
        { Hello(clientName: "a", clientVersion: "1").encode(into: &$0, correlationID: 1) }
      ),
    ]
    for (words, write) in cases {
      let path = try captured(write)
      defer { try? FileManager.default.removeItem(atPath: path) }
      #expect {
        _ = try RequestSet.replay(path: path)
      } throws: { error in
        (error as? BenchError)?.code == .badFile && "\(error)".contains(words)
          && "\(error)".contains(path)
      }
    }
    #expect(throws: BenchError.self) { try RequestSet.replay(path: "/nonexistent") }
  }

  private static func score(_ rows: [Float], into capture: inout ByteBuffer) {
    ScoreRequest.encode(
      floatRows: rows.span, rowCount: rows.count / 3, model: ScriptedServer.model.handle,
      schemaHash: 9, correlationID: 9, into: &capture)
  }

  private func captured(_ write: (inout ByteBuffer) -> Void) throws -> String {
    var capture = ByteBuffer()
    write(&capture)
    let file = FileManager.default.temporaryDirectory.appending(path: "\(UUID().uuidString).apus")
    try Data(capture.readableBytesView).write(to: file)
    return file.path
  }
}

/// What a script saw; its thread has ended when the test looks.
private final class SeenRows: @unchecked Sendable {
  var isInOrder = true
  var identifiers: Set<UInt64> = []
  var count = 0
}
