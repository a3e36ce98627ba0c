import ApusBench
import ApusWire
import NIOCore
import Testing

@Suite("A closed loop", .timeLimit(.minutes(1)))
struct ClosedLoopTests {
  @Test("each request gets its own answer, in any order", arguments: LoadPlan.Waiting.allCases)
  func answers(waiting: LoadPlan.Waiting) throws {
    let result = try measured(waiting: waiting) { _, request, output in
      ScriptedServer.answer(request, into: &output)
    }
    #expect(result.isComplete && result.errors.isEmpty && result.failedRows == 0)
    #expect(result.sent == result.answered)
    #expect(result.answeredInTime > 0 && result.latency.count > 0)
    #expect(result.latency.count <= UInt64(result.answered))
    #expect(result.latency.maximumNanoseconds == result.serviceTime.maximumNanoseconds)
  }

  @Test("two answers held back and sent in the wrong order are still right")
  func wrongOrder() throws {
    let held = Held()
    let result = try measured(depth: 2, seconds: 0.2) { number, request, output in
      if number % 2 == 0 {
        held.frame = request
      } else {
        ScriptedServer.answer(request, into: &output)
        if let first = held.frame { ScriptedServer.answer(first, into: &output) }
        held.frame = nil
      }
    }
    // The last request may wait for a partner that never comes.
    #expect(result.mismatched == 0 && result.lost <= 1)
    #expect(result.answered > 2)
  }

  @Test("another request's answer is told by the score's bits")
  func wrongScore() throws {
    let result = try measured { number, request, output in
      guard number == 300 else { return ScriptedServer.answer(request, into: &output) }
      ScoreReply(model: ScriptedServer.model.handle, rowCount: 1, outputWidth: 1, scores: [0.25])
        .encode(into: &output, correlationID: request.header.correlationID)
    }
    #expect(result.mismatched == 1)
    #expect(!result.isComplete)
  }

  @Test("an answer with another's correlation id is a mismatch")
  func wrongIdentifier() throws {
    let result = try measured { number, request, output in
      var request = request
      if number == 5 { request.header.correlationID ^= 1 << 20 }
      ScriptedServer.answer(request, into: &output)
    }
    #expect(result.mismatched == 1 && result.lost == 1 && !result.isComplete)
  }

  @Test("an answer of another type is a mismatch")
  func wrongType() throws {
    let result = try measured { number, request, output in
      guard number == 5 else { return ScriptedServer.answer(request, into: &output) }
      Pong(number: 1).encode(into: &output, correlationID: request.header.correlationID)
    }
    #expect(result.mismatched == 1)
  }

  @Test("a damaged answer ends the connection and counts")
  func damage() throws {
    let result = try measured { number, request, output in
      ScriptedServer.answer(request, into: &output)
      if number == 5 { output.setInteger(UInt8(0xFF), at: output.writerIndex - 5) }
    }
    #expect(result.mismatched == 1 && result.answered == 5 && !result.isComplete)
  }

  @Test("an answer that never comes is lost, and the others go on")
  func loss() throws {
    let result = try measured(depth: 4) { number, request, output in
      if number != 5 { ScriptedServer.answer(request, into: &output) }
    }
    #expect(result.lost == 1 && result.mismatched == 0 && !result.isComplete)
    #expect(result.answered == result.sent - 1 && result.answered > 20)
  }

  @Test("errors are counted by their codes, and are replies")
  func errors() throws {
    let result = try measured { number, request, output in
      let id = request.header.correlationID
      switch number % 4 {
      case 0:
        WireError.overloaded(retryAfterMilliseconds: 1).encode(into: &output, correlationID: id)
      case 1: WireError.deadline(.queue).encode(into: &output, correlationID: id)
      default: ScriptedServer.answer(request, into: &output)
      }
    }
    let overloaded = result.errors[WireError.Code.overloaded.rawValue] ?? 0
    let late = result.errors[WireError.Code.deadline.rawValue] ?? 0
    #expect(overloaded > 0 && late > 0 && overloaded >= late && overloaded <= late + 1)
    #expect(result.sent == result.answered + overloaded + late)
    #expect(result.isComplete)
  }

  @Test("a plan beyond the server's credit is refused before it is run")
  func credit() throws {
    let server = try ScriptedServer { _, _, _ in }
    let requests = RequestSet.floatRows(ScriptedServer.model, rowCount: 1, seed: 1)
    var plan = LoadPlan()
    plan.depth = 65
    #expect {
      try ServerUnderLoad(server.endpoint).run(plan, requests)
    } throws: { error in
      (error as? BenchError)?.code == .refused && "\(error)".contains("65 requests in flight")
    }
  }

  private func measured(
    depth: Int = 1, waiting: LoadPlan.Waiting = .epoll, seconds: Double = 0.1,
    _ script: @escaping ScriptedServer.Script
  ) throws -> LoadResult {
    let server = try ScriptedServer(script)
    var plan = LoadPlan()
    (plan.depth, plan.waiting) = (depth, waiting)
    (plan.warmUpSeconds, plan.durationSeconds, plan.drainSeconds) = (0.02, seconds, 0.3)
    let requests = RequestSet.floatRows(ScriptedServer.model, rowCount: 1, seed: 1)
    return try ServerUnderLoad(server.endpoint).run(plan, requests, checksScores: true)
  }
}

/// A frame that a script keeps; only the script's thread touches it.
private final class Held: @unchecked Sendable {
  var frame: Frame?
}
