/// What it takes to speak to a device, beside the work that it is given.
///
/// Measured once per device; zero where a device is the CPU itself.
public struct DeviceCosts: Hashable, Sendable, Codable {
  /// What a copy between host and device takes: `latency + bytes x slope`.
  public struct Copy: Hashable, Sendable, Codable {
    /// The time of a copy of almost nothing.
    public let latencyMicroseconds: Double
    /// What each megabyte (10^6 bytes) of a long copy adds; 100 of them are 10 GB/s.
    public let microsecondsPerMegabyte: Double

    /// Makes a cost.
    ///
    /// - Precondition: neither is negative.
    public init(latencyMicroseconds: Double, microsecondsPerMegabyte: Double) {
      precondition(
        latencyMicroseconds >= 0 && microsecondsPerMegabyte >= 0,
        "a copy cannot take \(latencyMicroseconds) us and \(microsecondsPerMegabyte) us/MB"
      )
      self.latencyMicroseconds = latencyMicroseconds
      self.microsecondsPerMegabyte = microsecondsPerMegabyte
    }

    /// The rate of long copies; infinite where copies take no time.
    public var gigabytesPerSecond: Double { 1000 / microsecondsPerMegabyte }

    /// The time of a copy of `bytes`.
    public func microseconds(bytes: Int) -> Double {
      latencyMicroseconds + Double(bytes) * 1e-6 * microsecondsPerMegabyte
    }

    /// A copy that takes no time.
    public static let none = Copy(latencyMicroseconds: 0, microsecondsPerMegabyte: 0)
  }

  /// The time from handing an empty kernel to a device that waits, to knowing that it has run.
  public let launchMicroseconds: Double
  /// What each further empty kernel adds when many are handed over at once.
  public let queuedLaunchMicroseconds: Double
  /// Copies to the device.
  public let write: Copy
  /// Copies from the device.
  public let read: Copy

  /// Makes costs.
  public init(
    launchMicroseconds: Double,
    queuedLaunchMicroseconds: Double,
    write: Copy,
    read: Copy
  ) {
    self.launchMicroseconds = launchMicroseconds
    self.queuedLaunchMicroseconds = queuedLaunchMicroseconds
    self.write = write
    self.read = read
  }

  /// Nothing: the device is the thread that asks.
  public static let none = DeviceCosts(
    launchMicroseconds: 0,
    queuedLaunchMicroseconds: 0,
    write: .none,
    read: .none
  )

  /// The time of `count` kernels that are handed over together and waited for once.
  public func launchMicroseconds(of count: Int) -> Double {
    count == 0 ? 0 : launchMicroseconds + Double(count - 1) * queuedLaunchMicroseconds
  }
}
