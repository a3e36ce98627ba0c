import Glibc
import Synchronization

/// The handler that notes touches of guard pages.
enum GuardFaults {
  private static let start = Atomic<UInt>(0)
  private static let end = Atomic<UInt>(0)
  private static let firstAddress = Atomic<UInt>(0)

  /// The reservation: made once, with the handler, and kept until the process ends.
  private nonisolated(unsafe) static var reservation: UnsafeMutableRawPointer?

  /// The reservation of `bytes` bytes, none of which may be touched yet.
  static func region(bytes: Int) -> UnsafeMutablePointer<Float> {
    if let reservation = unsafe reservation {
      return unsafe reservation.assumingMemoryBound(to: Float.self)
    }
    let flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE
    guard let memory = unsafe mmap(nil, bytes, PROT_NONE, flags, -1, 0),
      unsafe memory != MAP_FAILED
    else { preconditionFailure("mmap of \(bytes) bytes: errno \(errno)") }
    start.store(UInt(bitPattern: memory), ordering: .sequentiallyConsistent)
    end.store(UInt(bitPattern: memory) + UInt(bytes), ordering: .sequentiallyConsistent)
    var action = sigaction()
    unsafe action.__sigaction_handler.sa_sigaction = { signal, information, _ in
      unsafe GuardFaults.handle(signal, information)
    }
    action.sa_flags = SA_SIGINFO
    unsafe sigaction(SIGSEGV, &action, nil)
    unsafe reservation = memory
    return unsafe memory.assumingMemoryBound(to: Float.self)
  }

  /// Forgets what was touched.
  static func reset() { firstAddress.store(0, ordering: .sequentiallyConsistent) }

  /// The first address that was touched since `reset`.
  static var first: UInt? {
    let address = firstAddress.load(ordering: .sequentiallyConsistent)
    return address == 0 ? nil : address
  }

  /// Notes the touch and opens the page, so that the instruction succeeds when it is run again.
  ///
  /// Any other fault gets the system's own handler back and happens again.
  private static func handle(_ signal: Int32, _ information: UnsafeMutablePointer<siginfo_t>?) {
    let page: UInt = 4096
    let touched = unsafe information?.pointee._sifields._sigfault.si_addr
    let address = UInt(bitPattern: touched)
    let inside =
      start.load(ordering: .sequentiallyConsistent)..<end.load(ordering: .sequentiallyConsistent)
    guard inside.contains(address) else {
      var action = sigaction()
      unsafe action.__sigaction_handler.sa_handler = SIG_DFL
      unsafe sigaction(signal, &action, nil)
      return
    }
    _ = firstAddress.compareExchange(
      expected: 0, desired: address, ordering: .sequentiallyConsistent)
    let opened = unsafe UnsafeMutableRawPointer(bitPattern: address / page * page)
    unsafe mprotect(opened, Int(page), PROT_READ | PROT_WRITE)
  }
}
