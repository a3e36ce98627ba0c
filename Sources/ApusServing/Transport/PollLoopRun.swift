import ApusSystem
import ApusWire
import CLinux
import NIOCore

/// What a poll loop does and has, on its own thread.
final class PollLoopRun {
  private enum Token {
    static let mailbox: UInt64 = 0
    /// Listeners come next; those of connections are far larger.
    static let listeners: ClosedRange<UInt64> = 1...15
  }

  /// Connections that something is to be done about when the turn ends.
  private struct Unsettled {
    var flushed: [PollConnection] = []
    var closed: [PollConnection] = []

    var isEmpty: Bool { flushed.isEmpty && closed.isEmpty }
  }

  /// Connections that a loop which polls without pause looks at without asking the poller.
  private static let busyConnections = 4

  let server: ServerContext
  private let name: String
  private let scheduler: LoopScheduler
  private let poller: Confined<Poller>
  private let mailbox: Mailbox<PollLoop.Message>
  private let loops: [Mailbox<PollLoop.Message>]
  private var nextLoop = 0
  private var listeners: [Listener] = []

  private let connections = Confined(SlotTable<PollConnection>())
  private let wakes = Confined(WakeQueue())
  private let unsettled = Confined(Unsettled())
  private let received = Confined(ByteBuffer())
  /// The models that the clients know of.
  private var announced: CatalogSnapshot
  private var isStopping = false

  init(
    _ server: ServerContext, name: String, poller: consuming Poller,
    mailbox: Mailbox<PollLoop.Message>, loops: [Mailbox<PollLoop.Message>]
  ) {
    self.server = server
    self.name = name
    self.poller = Confined(poller)
    self.mailbox = mailbox
    self.loops = loops
    scheduler = LoopScheduler(server)
    announced = scheduler.catalog
  }

  /// Serves until it is told to stop and the last connection is closed.
  ///
  /// - Parameter listeners: The sockets to take connections from; they are closed by a drain.
  func run(_ listeners: Handover<[Listener]>?) {
    // Nobody else may hold them, or their addresses would not be free after a drain.
    self.listeners = listeners?.take() ?? []
    do throws(SystemError) {
      try watch(mailbox.number, as: Token.mailbox)
      for (index, listener) in self.listeners.enumerated() {
        try watch(listener.socket.number, as: Token.listeners.lowerBound + UInt64(index))
      }
    } catch {
      // These are the first descriptors of a new poller: nothing but a fault of ours refuses them.
      preconditionFailure("\(error)")
    }
    received.with { $0.reserveCapacity(2 * ConnectionDriver.receiveLimit) }
    while !isStopping || connectionCount > 0 { turn() }
  }

  // MARK: Turns

  private func turn() {
    if server.configuration.latencyMode == .busyPoll, pollBusily() { return }
    let count = awaitEvents()
    scheduler.beginTurn()
    for index in 0..<count { handle(poller.with { $0.event(index) }) }
    finishTurn()
  }

  /// Reads from the connections without asking whether there is anything.
  ///
  /// - Returns: Whether there was; if not, the poller is asked, which also knows of the rest.
  private func pollBusily() -> Bool {
    guard connectionCount <= Self.busyConnections else { return false }
    scheduler.beginTurn()
    var isBusy = false
    for connection in all where !connection.isClosed {
      isBusy = received.with { connection.receive(&$0) } || isBusy
    }
    if isBusy { finishTurn() }
    return isBusy
  }

  private func finishTurn() {
    if let next = nextWake, next <= scheduler.now { wakeConnections() }
    scheduler.endTurn()
    while unsettled.with({ !$0.isEmpty }) { settle() }
  }

  private func awaitEvents() -> Int {
    guard server.configuration.latencyMode == .busyPoll else {
      let next = nextWake?.uptimeNanoseconds
      return poller.with { $0.wait(untilNanoseconds: next) }
    }
    let count = poller.with { $0.poll() }
    if count == 0 { clinux_pause() }
    return count
  }

  private func handle(_ event: Poller.Event) {
    switch event.token {
    case Poller.alarm: break  // The end of the turn looks at the time.
    case Token.mailbox:
      for message in mailbox.take() { handle(message) }
    case Token.listeners: accept(listeners[Int(event.token - Token.listeners.lowerBound)])
    default:
      guard let connection = connection(event.token), !connection.isClosed else { return }
      received.with { connection.handle(event, received: &$0) }
    }
  }

  private func wakeConnections() {
    // All of them first: one that asks for the same time again gets it in another turn.
    for token in wakes.with({ $0.removeDue(at: scheduler.now) }) {
      guard let connection = connection(token), connection.wakeDeadline <= scheduler.now,
        !connection.isClosed
      else { continue }
      connection.wake()
    }
  }

  /// Tells what was flushed and forgets what was closed, outside of the calls that caused it.
  private func settle() {
    var due = Unsettled()
    unsettled.with { swap(&due, &$0) }
    for connection in due.flushed { connection.tellFlushed() }
    for connection in due.closed {
      connection.driver.closed()
      connections.with { $0.remove(connection.token) }
    }
  }

  // MARK: Messages

  private func handle(_ message: PollLoop.Message) {
    switch message {
    case .adopt(let socket, let peer, let role): serve(socket.take(), peer: peer, role: role)
    case .reply(let token, let correlationID, let reply):
      guard let connection = connection(token), !connection.isClosed else { return }
      connection.driver.complete(correlationID, reply)
      scheduler.flushLater(connection.driver)
    case .drain:
      for listener in listeners { poller.with { $0.remove(listener.socket.number) } }
      listeners = []
      for connection in all { connection.driver.drain() }
    case .modelsChanged:
      let changes = scheduler.catalog.changes(since: announced)
      announced = scheduler.catalog
      for connection in all { connection.driver.modelsChanged(changes) }
    case .beat(let pulse): pulse.beat(name)
    case .stop: isStopping = true
    }
  }

  // MARK: Connections

  private var connectionCount: Int { connections.with { $0.count } }

  /// All of them, which may change while they are gone through.
  private var all: some Sequence<PollConnection> { connections.with { $0.values } }

  private func connection(_ token: UInt64) -> PollConnection? { connections.with { $0[token] } }

  private var nextWake: NIODeadline? { wakes.with { $0.next } }

  private func accept(_ listener: Listener) {
    // A flood of connections does not keep those that are there from their turn.
    for _ in 0..<64 {
      switch listener.socket.accept() {
      case .socket(let socket, let peer):
        nextLoop = (nextLoop + 1) % loops.count
        if loops[nextLoop] === mailbox {
          serve(socket, peer: peer, role: listener.role)
        } else {
          loops[nextLoop].post(.adopt(Handover(socket), peer: peer, role: listener.role))
        }
      case .outOfDescriptors: server.metrics.recordConnectionRefused(.descriptors)
      case .nothing: return
      }
    }
  }

  private func serve(_ socket: consuming Socket, peer: String, role: ListenerRole) {
    let token = connections.with { $0.takeToken() }
    let driver = ConnectionDriver(
      scheduler, sink: PollReplySink(mailbox: mailbox, token: token), peer: peer, role: role)
    let connection = PollConnection(socket, token: token, loop: self, driver: driver)
    do throws(SystemError) {
      try watch(connection.number, as: token)
    } catch {
      connections.with { $0.remove(token) }
      return server.metrics.recordConnectionRefused(.descriptors)
    }
    connections.with { $0.insert(connection, as: token) }
    driver.opened(on: connection)
  }

  private func watch(_ descriptor: Int32, as token: UInt64) throws(SystemError) {
    try poller.with { poller throws(SystemError) in
      try poller.add(descriptor, token: token, for: .input)
    }
  }

  // MARK: What connections ask for

  func watch(_ connection: PollConnection, for interest: Poller.Interest) {
    // It was added, so that only a fault of ours refuses the change.
    poller.with { try? $0.change(connection.number, token: connection.token, to: interest) }
  }

  func schedule(_ connection: PollConnection, at deadline: NIODeadline) {
    wakes.with { $0.insert(connection.token, at: deadline) }
  }

  func flushed(_ connection: PollConnection) { unsettled.with { $0.flushed.append(connection) } }

  func closed(_ connection: PollConnection) {
    poller.with { $0.remove(connection.number) }
    unsettled.with { $0.closed.append(connection) }
  }
}
