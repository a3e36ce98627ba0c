import ApusSystem
import CLinux
import Glibc
import Synchronization

/// Messages from other threads to a loop, which a descriptor wakes.
///
/// The loop is woken once for all messages that come before it looks.
final class Mailbox<Message: Sendable>: Sendable {
  private let messages = Mutex<[Message]>([])
  private let wake: Descriptor

  /// The number that a poller watches for input.
  var number: Int32 { wake.number }

  /// Creates an empty mailbox.
  init() throws(SystemError) {
    wake = try Descriptor(eventfd(0, Int32(EFD_NONBLOCK | EFD_CLOEXEC)), from: "eventfd")
  }

  /// Leaves a message, from any thread.
  func post(_ message: Message) {
    let wasEmpty = messages.withLock { messages in
      messages.append(message)
      return messages.count == 1
    }
    if wasEmpty { eventfd_write(wake.number, 1) }
  }

  /// Takes what there is, on the loop's thread.
  func take() -> [Message] {
    var count: eventfd_t = 0
    _ = unsafe eventfd_read(wake.number, &count)
    return messages.withLock { messages in
      let taken = messages
      messages = []
      return taken
    }
  }
}
