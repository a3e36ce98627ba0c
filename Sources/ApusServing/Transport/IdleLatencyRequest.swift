import ApusSystem
import Glibc

/// A request to the system that waking an idle processor may take so long and no longer.
///
/// It is in force as long as its file is open: the interface of Linux for quality of service in
/// power management.
package struct IdleLatencyRequest: ~Copyable, Sendable {
  /// Where Linux takes requests.
  package static let path = "/dev/cpu_dma_latency"

  private let descriptor: Descriptor

  /// Makes a request; nil if the system does not take it.
  ///
  /// - Parameters:
  ///   - microseconds: The longest time; 0 for idle loops that poll.
  ///   - path: Where the system takes requests.
  package init?(microseconds: Int32, at path: String = path) {
    guard let descriptor = try? Descriptor(unsafe open(path, O_WRONLY | O_CLOEXEC), from: "open")
    else { return nil }
    let count = unsafe withUnsafeBytes(of: microseconds) { bytes in
      unsafe write(descriptor.number, bytes.baseAddress, bytes.count)
    }
    guard count == MemoryLayout<Int32>.size else { return nil }
    self.descriptor = descriptor
  }

  /// Tells whether the idle loop of a processor can poll.
  ///
  /// A system that manages no idle states halts whatever is asked of it.
  ///
  /// - Parameter processor: The number of the processor.
  /// - Returns: Whether its first idle state is one that is left at once.
  package static func canPoll(_ processor: Int) -> Bool {
    let path = "/sys/devices/system/cpu/cpu\(processor)/cpuidle/state0/name"
    guard let file = try? Descriptor(unsafe open(path, O_RDONLY | O_CLOEXEC), from: "open") else {
      return false
    }
    let name = unsafe [UInt8](unsafeUninitializedCapacity: 16) { room, count in
      count = unsafe max(0, read(file.number, room.baseAddress, room.count))
    }
    return name.starts(with: "POLL".utf8)
  }
}
