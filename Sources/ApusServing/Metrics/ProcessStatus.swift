import FoundationEssentials
import Glibc

/// What the operating system says of this process.
public struct ProcessStatus: Sendable, Encodable {
  /// The memory that is resident, in bytes.
  public let residentBytes: UInt64

  /// The most memory that was resident at any time, in bytes.
  public let residentPeakBytes: UInt64

  /// The open file descriptors.
  public let descriptors: Int

  /// The file descriptors that may be open.
  public let descriptorLimit: Int

  /// The threads.
  public let threads: Int

  /// The processor time that all threads used since the start, in seconds.
  public let cpuSeconds: Double

  /// Reads the figures of this process from `/proc`; what cannot be read is 0.
  public static func current() -> ProcessStatus {
    let status = Self.fields(of: "/proc/self/status")
    func number(_ name: String) -> UInt64 {
      status[name]?.split(whereSeparator: \.isWhitespace).first.flatMap { UInt64($0) } ?? 0
    }
    let descriptors = try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd")
    return ProcessStatus(
      residentBytes: number("VmRSS") * 1024, residentPeakBytes: number("VmHWM") * 1024,
      // The one that reads the folder is among them.
      descriptors: max(0, (descriptors?.count ?? 0) - 1), descriptorLimit: descriptorLimit(),
      threads: Int(number("Threads")), cpuSeconds: cpuSeconds())
  }

  private static func fields(of path: String) -> [String: Substring] {
    guard let text = try? String(contentsOfFile: path, encoding: .utf8) else { return [:] }
    var fields: [String: Substring] = [:]
    for line in text.split(separator: "\n") {
      guard let colon = line.firstIndex(of: ":") else { continue }
      fields[String(line[..<colon])] = line[line.index(after: colon)...]
    }
    return fields
  }

  private static func descriptorLimit() -> Int {
    var limit = rlimit()
    guard unsafe getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else {
      return 0
    }
    return Int(clamping: limit.rlim_cur)
  }

  private static func cpuSeconds() -> Double {
    var time = timespec()
    guard unsafe clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time) == 0 else { return 0 }
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }
}
