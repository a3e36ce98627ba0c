import ApusSystem
import ApusWire
import CLinux
import NIOCore

/// An event loop over epoll that other threads can leave messages for.
///
/// ```
/// wait -> messages, connections: read, decode, gather -> score -> send -> wait
/// ```
/// The loop that listens takes connections and deals them out to all loops in turn.
final class PollLoop: Sendable {
  /// What other threads ask of a loop.
  enum Message: Sendable {
    /// Serves a connection that another loop took.
    case adopt(Handover<Socket>, peer: String, role: ListenerRole)
    /// Sends the reply of a request that was scored elsewhere.
    case reply(token: UInt64, correlationID: UInt64, Result<ByteBuffer, WireError>)
    /// Takes no more connections, and lets those that are there finish.
    case drain
    /// Tells the clients that models have changed.
    case modelsChanged
    /// Shows that the loop turns.
    case beat(LoopPulse)
    /// Ends when the last connection is closed.
    case stop
  }

  /// The turn of the processor that a loop asks for: the shortest that the system grants.
  private static let turnNanoseconds: UInt64 = 100_000

  /// The name of the loop and of its thread.
  let name: String

  private let mailbox: Mailbox<Message>
  private let thread: SystemThread

  private init(_ name: String, mailbox: Mailbox<Message>, thread: SystemThread) {
    self.name = name
    self.mailbox = mailbox
    self.thread = thread
  }

  /// Starts loops, the first of which listens.
  ///
  /// - Parameters:
  ///   - server: What the connections share.
  ///   - listeners: The sockets that take connections.
  /// - Returns: The loops; each is told to stop and joined.
  /// - Throws: ``SystemError`` if the system gives no thread or descriptor.
  static func start(
    _ server: ServerContext, listeners: consuming sending [Listener]
  ) throws(SystemError) -> [PollLoop] {
    let listeners = Handover(listeners)
    var mailboxes: [Mailbox<Message>] = []
    for _ in 0..<server.configuration.eventLoopThreads { mailboxes.append(try Mailbox()) }
    let all = mailboxes
    var loops: [PollLoop] = []
    for (index, mailbox) in all.enumerated() {
      let poller = Handover(try Poller())
      let processors = server.configuration.processors
      let name = "apus-loop-\(index)"
      let thread = try SystemThread(
        name,
        processor: processors.isEmpty ? nil : processors[index % processors.count]
      ) {
        // A request does not wait for a turn of whatever else runs there; a kernel that does not
        // know of it lets it wait.
        _ = clinux_shorten_slice(Self.turnNanoseconds)
        let run = PollLoopRun(
          server, name: name, poller: poller.take(), mailbox: mailbox,
          loops: index == 0 ? all : [])
        run.run(index == 0 ? listeners : nil)
      }
      loops.append(PollLoop(name, mailbox: mailbox, thread: thread))
    }
    return loops
  }

  /// Leaves a message.
  func post(_ message: Message) { mailbox.post(message) }

  /// Waits until the loop has stopped.
  func join() { thread.join() }
}

/// Takes replies to a connection of a poll loop.
struct PollReplySink: ReplySink {
  let mailbox: Mailbox<PollLoop.Message>
  let token: UInt64

  func deliver(_ reply: Result<ByteBuffer, WireError>, to correlationID: UInt64) {
    mailbox.post(.reply(token: token, correlationID: correlationID, reply))
  }
}
