import Glibc

/// A thread that returns each message until the peer closes.
final class EchoThread {
  private var thread = pthread_t()

  init(peer: consuming LoopbackSocket, messageLength: Int) throws(EchoFloor.Failure) {
    let work = EchoWork(peer: peer, messageLength: messageLength)
    let argument = unsafe Unmanaged.passRetained(work).toOpaque()
    let result = unsafe pthread_create(
      &thread,
      nil,
      { argument in
        guard let argument = unsafe argument else { return nil }
        unsafe Unmanaged<EchoWork>.fromOpaque(argument).takeRetainedValue().run()
        return nil
      },
      argument
    )
    guard result == 0 else {
      unsafe Unmanaged<EchoWork>.fromOpaque(argument).release()
      throw EchoFloor.Failure(call: "pthread_create", number: result)
    }
  }

  /// Waits for the end of the thread.
  func join() {
    _ = pthread_join(thread, nil)
  }
}

/// What the thread does.
private final class EchoWork {
  private let peer: LoopbackSocket
  private let messageLength: Int

  init(peer: consuming LoopbackSocket, messageLength: Int) {
    self.peer = peer
    self.messageLength = messageLength
  }

  func run() {
    var message = [UInt8](repeating: 0, count: messageLength)
    // A failure ends the loop and closes the socket, which the measuring side reports.
    while (try? peer.receive(&message)) == true {
      guard (try? peer.send(message)) != nil else { return }
    }
  }
}
