import ApusOperations
import Foundation
import Glibc
import Logging
import Testing

/// An HTTP port for one test, and requests to it over bare sockets.
struct HTTP {
  let port: Int

  /// Opens a port, runs `body` and closes the port.
  static func run(
    _ source: FakeSource, _ change: (inout OperationsConfiguration) -> Void = { _ in },
    body: (HTTP) async throws -> Void
  ) async throws {
    var configuration = OperationsConfiguration(port: 0)
    // The machine may be busy with other tests.
    configuration.idleTimeout = .seconds(30)
    configuration.canaryTimeout = .seconds(10)
    change(&configuration)
    let log = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
    let server = try await OperationsServer.start(configuration, source: source, log: log)
    do { try await body(HTTP(port: server.port)) } catch { Issue.record(error) }
    await server.stop()
  }

  struct Reply: Sendable {
    let text: String

    var status: Int { Int(text.split(separator: " ").dropFirst().first ?? "") ?? 0 }
    var head: String {
      text.firstRange(of: "\r\n\r\n").map { String(text[..<$0.lowerBound]) } ?? ""
    }
    var body: String {
      text.firstRange(of: "\r\n\r\n").map { String(text[$0.upperBound...]) } ?? ""
    }

    var json: [String: Any] {
      (try? JSONSerialization.jsonObject(with: Data(body.utf8))) as? [String: Any] ?? [:]
    }
  }

  /// Asks for a path and reads to the end.
  func get(_ path: String, host: String = "127.0.0.1") async -> Reply {
    await send("GET \(path) HTTP/1.1\r\nHost: \(host)\r\nConnection: close\r\n\r\n")
  }

  /// Sends bytes and reads until the other side closes, for at most half a minute.
  func send(_ text: String) async -> Reply {
    await withCheckedContinuation { continuation in
      Thread.detachNewThread { continuation.resume(returning: exchange(text)) }
    }
  }

  private func exchange(_ text: String) -> Reply {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(descriptor) }
    var patience = timeval(tv_sec: 30, tv_usec: 0)
    _ = unsafe setsockopt(
      descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = in_port_t(port).bigEndian
    address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
    let connected = unsafe withUnsafePointer(to: &address) { pointer in
      unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        unsafe connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    guard connected == 0 else { return Reply(text: "") }
    let bytes = Array(text.utf8)
    _ = unsafe bytes.withUnsafeBytes {
      unsafe Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
    }
    var reply: [UInt8] = []
    var part = [UInt8](repeating: 0, count: 65_536)
    while true {
      let count = unsafe part.withUnsafeMutableBytes {
        unsafe recv(descriptor, $0.baseAddress, $0.count, 0)
      }
      // Such a silence is not an end: it must not look like a connection that was closed.
      if count < 0, errno == EAGAIN { return Reply(text: "silence") }
      guard count > 0 else { break }
      reply += part[..<count]
    }
    return Reply(text: String(decoding: reply, as: UTF8.self))
  }
}
