import ApusServing
import Foundation
import Testing

/// What keeps processors awake begins and ends with the server.
@Suite(.serialized) struct KeepAwakeTests {
  /// A file that stands for the system's.
  private let path = NSTemporaryDirectory() + "apus-latency-\(UUID().uuidString)"

  /// The numbers of this process's descriptors of the file.
  private func openDescriptors() throws -> Int {
    try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count {
      (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/fd/\($0)")) == path
    }
  }

  /// The scheduling classes of the threads that spin, by the numbers of Linux.
  private func spinningClasses() throws -> [Int] {
    try FileManager.default.contentsOfDirectory(atPath: "/proc/self/task").compactMap { task in
      let stat = try? String(contentsOfFile: "/proc/self/task/\(task)/stat", encoding: .utf8)
      guard let stat, stat.contains("(apus-awake-") else { return nil }
      // The class is the 41st field; the second is the name, in parentheses.
      return stat.split(separator: ")")[1].split(separator: " ")[38].description
    }.compactMap(Int.init)
  }

  @Test func aRequestHoldsAsLongAsItLives() throws {
    defer { try? FileManager.default.removeItem(atPath: path) }
    try Data().write(to: URL(filePath: path))
    let request = IdleLatencyRequest(microseconds: 70_000, at: path)
    let isTaken = request != nil
    #expect(isTaken)
    #expect(try openDescriptors() == 1)
    // 70,000 is 0x11170; Linux takes a 32-bit number of this machine's byte order.
    #expect(try Data(contentsOf: URL(filePath: path)) == Data([0x70, 0x11, 0x01, 0]))
    _ = consume request
    #expect(try openDescriptors() == 0)
  }

  @Test func aRequestThatIsNotTakenIsNone() {
    let isTaken = IdleLatencyRequest(microseconds: 0, at: path + "/nowhere") != nil
    #expect(!isTaken)
  }

  @Test(.enabled(if: IdleLatencyRequest.canPoll(0)))
  func theSystemIsAskedWhereItCanPoll() throws {
    defer { try? FileManager.default.removeItem(atPath: path) }
    try Data().write(to: URL(filePath: path))
    let keepAwake = try KeepAwake(processors: [0], requestingAt: path)
    #expect(keepAwake.isSystemPolling)
    #expect(try Data(contentsOf: URL(filePath: path)) == Data([0, 0, 0, 0]))
    #expect(try spinningClasses().isEmpty)
    keepAwake.stop()
    #expect(try openDescriptors() == 0)
  }

  @Test func threadsOfTheIdleClassSpinWhereTheSystemIsNotAsked() async throws {
    let keepAwake = try KeepAwake(processors: [0], requestingAt: path + "/nowhere")
    #expect(!keepAwake.isSystemPolling)
    // 5 is SCHED_IDLE; a thread gives itself its name and class when it begins.
    try await eventually { try spinningClasses() == [5] }
    keepAwake.stop()
    #expect(try spinningClasses().isEmpty)
  }
}
