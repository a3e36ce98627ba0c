internal import Foundation

/// Where a run took place.
public struct RunEnvironment: Codable, Hashable, Sendable {
  /// The device that computed, in words.
  public let device: String
  /// The operating system.
  public let system: String
  /// The processors that the process may use.
  public let processors: Int
  /// The memory of the machine.
  public let memoryBytes: UInt64
  /// When it was, in UTC, as in ISO 8601.
  public let time: String

  /// Looks at this machine, now.
  public init(device: String) {
    let process = ProcessInfo.processInfo
    self.device = device
    system = process.operatingSystemVersionString
    processors = process.activeProcessorCount
    memoryBytes = process.physicalMemory
    time = Date.now.formatted(.iso8601)
  }
}
