import ApusWire
import Foundation
import Glibc
import NIOCore
import Synchronization

/// A server that answers each frame as a test wants, on blocking sockets of its own.
///
/// HELLO is answered with `grant`; the script sees everything else.
final class ScriptedServer: Sendable {
  /// What a script may do with the connection that a frame came on.
  final class Peer: Sendable {
    /// Which connection of the server it is, from 0.
    let number: Int
    fileprivate let descriptor: Int32
    /// Whether the descriptor is still ours; its number belongs to another socket soon after.
    private let isOpen = Mutex(true)

    fileprivate init(number: Int, descriptor: Int32) {
      self.number = number
      self.descriptor = descriptor
    }

    /// Sends a message.
    func send(_ message: some Message, id: UInt64, extensions: Extensions? = nil) {
      var buffer = ByteBuffer()
      message.encode(into: &buffer, correlationID: id, extensions: extensions)
      send(buffer)
    }

    /// Sends what the buffer holds.
    func send(_ buffer: ByteBuffer) {
      isOpen.withLock { isOpen in
        if isOpen { sendAll(Array(buffer: buffer)) }
      }
    }

    private func sendAll(_ bytes: [UInt8]) {
      var sent = 0
      while sent < bytes.count {
        let count = unsafe bytes.withUnsafeBytes { buffer in
          unsafe Glibc.send(
            descriptor,
            buffer.baseAddress.map { unsafe $0 + sent },
            buffer.count - sent,
            Int32(MSG_NOSIGNAL)
          )
        }
        guard count > 0 else { return }
        sent += count
      }
    }

    /// Answers a SCORE with the row counts of all requests as scores.
    func answer(_ frame: Frame, extensions: Extensions = Extensions()) throws {
      let request = try ScoreRequest(decoding: frame.body)
      let reply = ScoreReply(
        model: request.model,
        rowCount: request.rowCount,
        outputWidth: 1,
        scores: [Float](repeating: Float(request.rowCount), count: request.rowCount),
        extensions: extensions
      )
      send(reply, id: frame.header.correlationID)
    }

    /// Ends the connection.
    func close() {
      isOpen.withLock { isOpen in
        if isOpen { shutdown(descriptor, Int32(SHUT_RDWR)) }
      }
    }

    /// Gives the descriptor back.
    fileprivate func release() {
      isOpen.withLock { isOpen in
        isOpen = false
        Glibc.close(descriptor)
      }
    }
  }

  typealias Script = @Sendable (Frame, Peer) throws -> Void

  /// The port of a TCP server.
  let port: Int
  private let listener: Int32
  private let grant: @Sendable (_ connection: Int) -> HelloOK
  private let script: Script
  private let peers = Mutex<[Peer]>([])
  private let log = Mutex<[Frame]>([])

  /// Listens on a free port of this machine, or on a Unix-domain socket.
  init(
    path: String? = nil,
    grant: @escaping @Sendable (_ connection: Int) -> HelloOK = { _ in .generous() },
    script: @escaping Script
  ) throws {
    self.grant = grant
    self.script = script
    if let path {
      (listener, port) = (try Self.listen(path: path), 0)
    } else {
      (listener, port) = try Self.listenTCP()
    }
    let thread = Thread { self.acceptConnections() }
    thread.start()
  }

  /// All frames but HELLO, in the order in which they came.
  var frames: [Frame] { log.withLock { $0 } }

  /// The connections so far.
  var connections: [Peer] { peers.withLock { $0 } }

  /// Ends all connections.
  func stop() {
    shutdown(listener, Int32(SHUT_RDWR))
    for peer in connections { peer.close() }
  }

  private func acceptConnections() {
    while true {
      let descriptor = accept(listener, nil, nil)
      guard descriptor >= 0 else { break }
      let peer = peers.withLock { peers in
        let peer = Peer(number: peers.count, descriptor: descriptor)
        peers.append(peer)
        return peer
      }
      let thread = Thread { self.serve(peer) }
      thread.start()
    }
    close(listener)
  }

  private func serve(_ peer: Peer) {
    var received = ByteBuffer()
    var decoder = FrameDecoder(from: .client)
    var bytes = [UInt8](repeating: 0, count: 16 << 10)
    while true {
      let count = unsafe bytes.withUnsafeMutableBytes { buffer in
        unsafe recv(peer.descriptor, buffer.baseAddress, buffer.count, 0)
      }
      guard count > 0 else { break }
      received.writeBytes(bytes[..<count])
      do {
        while let frame = try decoder.next(from: &received) {
          guard frame.header.type == .hello else {
            log.withLock { $0.append(frame) }
            try script(frame, peer)
            continue
          }
          var grant = grant(peer.number)
          grant.features.formIntersection(try Hello(decoding: frame.body).features)
          decoder.maximumBodyLength = Int(grant.bodyLength)
          decoder.features = grant.features
          peer.send(grant, id: frame.header.correlationID)
        }
      } catch {
        break
      }
    }
    peer.release()
  }

  private struct Failure: Error {
    let call: String
    let number: Int32
  }

  private static func listenTCP() throws -> (Int32, Int) {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = INADDR_LOOPBACK.bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let result = unsafe withUnsafeMutablePointer(to: &address) { pointer in
      unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
        unsafe bind(descriptor, pointer, length) + Glibc.listen(descriptor, 64)
          + getsockname(descriptor, pointer, &length)
      }
    }
    guard result == 0 else { throw Failure(call: "listen", number: errno) }
    return (descriptor, Int(UInt16(bigEndian: address.sin_port)))
  }

  private static func listen(path: String) throws -> Int32 {
    let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    unsafe withUnsafeMutableBytes(of: &address.sun_path) { bytes in
      unsafe bytes.copyBytes(from: path.utf8)
    }
    let length = socklen_t(MemoryLayout<sockaddr_un>.size)
    let result = unsafe withUnsafeMutablePointer(to: &address) { pointer in
      unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
        unsafe bind(descriptor, pointer, length) + Glibc.listen(descriptor, 64)
      }
    }
    guard result == 0 else { throw Failure(call: "listen", number: errno) }
    return descriptor
  }
}

extension HelloOK {
  /// A grant that holds nothing back.
  static func generous(
    features: Features = .known,
    rowsPerRequest: UInt32 = 8192,
    credit: Credit = Credit(requests: 1024, rows: 65_536, bytes: 16 << 20)
  ) -> HelloOK {
    HelloOK(
      environment: 0,
      bodyLength: 4 << 20,
      rowsPerRequest: rowsPerRequest,
      credit: credit,
      defaultBudgetMicroseconds: 1_000_000,
      maximumBudgetMicroseconds: 60_000_000,
      serverName: "scripted",
      serverVersion: "1",
      features: features
    )
  }
}

extension ModelInfo {
  /// A model with one score for one number.
  static let tiny = ModelInfo(
    handle: ModelHandle(rawValue: 5),
    name: "tiny",
    version: "1",
    schemaHash: 7,
    task: .regression,
    featureWidth: 1,
    outputWidth: 1,
    columns: [.init(name: "x", valueKind: .real)],
    device: "none",
    digest: [UInt8](repeating: 0, count: 32)
  )
}

/// Waits until `condition` holds, or returns `false` after ten seconds.
func eventually(_ condition: () -> Bool) async -> Bool {
  let end = ContinuousClock.now + .seconds(10)
  while !condition() {
    guard ContinuousClock.now < end else { return false }
    await Task.yield()
  }
  return true
}
