import ApusBench
import Glibc
import Testing

@Suite("Other servers under load", .timeLimit(.minutes(1)))
struct PeerTests {
  @Test("replies of HTTP are cut and judged")
  func http() throws {
    let result = try measured(.http, request: "POST / HTTP/1.1\r\nContent-Length: 2\r\n\r\nab") {
      number in
      number % 3 == 2
        ? "HTTP/1.1 503 Busy\r\nCONTENT-length: 0\r\n\r\n"
        : "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length:  11\r\n\r\n"
          + "hello\r\n\r\nxx"
    }
    #expect(result.isComplete && result.answered > 2)
    #expect(result.errors.keys.sorted() == [503])
    #expect(result.sent == result.answered + (result.errors[503] ?? 0))
  }

  @Test("a reply of HTTP without a length is not guessed at")
  func withoutLength() throws {
    let result = try measured(.http, request: "GET / HTTP/1.1\r\n\r\n") { _ in
      "HTTP/1.1 200 OK\r\n\r\nhello"
    }
    #expect(result.mismatched == 1 && !result.isComplete)
  }

  @Test("lines")
  func lines() throws {
    let result = try measured(.lines, request: "|a x:1\n") { $0 == 5 ? "\n" : "0.5\n" }
    #expect(result.mismatched == 1 && result.answered == result.sent - 1 && result.answered > 10)
  }

  @Test("an echo server of several connections, on a port and on a path", arguments: [false, true])
  func echo(isLocal: Bool) throws {
    var pipe: [Int32] = [0, 0]
    try #require(unsafe Glibc.pipe(&pipe) == 0)
    let end = pipe[0]
    let path = "/tmp/apus-bench-\(getpid())"
    defer { unsafe unlink(path) }
    let wanted: Endpoint = isLocal ? .unix(path: path) : .tcp(host: "127.0.0.1", port: 0)
    let (server, port) = try startEcho(wanted, until: end)
    var plan = LoadPlan()
    (plan.connections, plan.depth) = (3, 8)
    (plan.warmUpSeconds, plan.durationSeconds) = (0.02, 0.1)
    let result = try EchoLoad.run(
      plan, on: isLocal ? wanted : .tcp(host: "127.0.0.1", port: port), requestLength: 136,
      replyLength: 72)
    #expect(result.isComplete && result.answered == result.sent && result.answered > 24)
    close(pipe[1])
    pthread_join(server, nil)
    close(end)
  }

  /// Measures a server that answers each of its receptions by a text.
  private func measured(
    _ speech: PeerUnderLoad.Speech, request: String, _ reply: @escaping @Sendable (Int) -> String
  ) throws -> LoadResult {
    let listener = try Socket.listening(on: .loopback())
    let endpoint = Endpoint.loopback(port: try listener.port())
    let length = request.utf8.count
    let work = ThreadWork(listener) { listener in
      guard let socket = try? listener.accepted() else { return }
      var message = [UInt8](repeating: 0, count: length)
      var number = 0
      while (try? socket.receive(&message)) == true {
        guard (try? socket.send(Array(reply(number).utf8))) != nil else { return }
        number += 1
      }
    }
    let thread = work.start()
    var plan = LoadPlan()
    (plan.warmUpSeconds, plan.durationSeconds, plan.drainSeconds) = (0.01, 0.05, 0.1)
    let peer = PeerUnderLoad(endpoint, speech: speech, request: Array(request.utf8))
    let result = try peer.run(plan)
    pthread_join(thread, nil)
    return result
  }

  private func startEcho(_ endpoint: Endpoint, until end: Int32) throws -> (pthread_t, Int) {
    let server = try EchoServer(endpoint, requestLength: 136, replyLength: 72)
    let port = try server.port()
    return (ThreadWork(server) { try? $0.run(until: end) }.start(), port)
  }
}
