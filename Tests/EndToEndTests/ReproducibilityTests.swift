import Testing

/// The same data and seed give the same bits.
@Suite(.timeLimit(.minutes(2))) struct ReproducibilityTests {
  private func weights(
    threads: Int = 1, seed: Int, device: String = "cpu", name: String, _ workspace: Workspace
  ) async throws -> [UInt8] {
    let data = try await TrainedModel.shared().data
    let output = workspace.path("models/\(name)")
    let outcome = try await Apus.run(
      TrainedModel.arguments(data: data, output: output, threads: threads, device: device)
        + ["--seed", "\(seed)"], in: workspace)
    #expect(outcome.exitCode == 0, "\(outcome.errors)")
    return try workspace.bytes("models/\(name)/1/weights.safetensors")
  }

  @Test func `weights depend on the seed, not on the run or the threads`() async throws {
    let workspace = try Workspace()
    let first = try await weights(seed: 7, name: "first", workspace)
    let again = try await weights(seed: 7, name: "again", workspace)
    let threaded = try await weights(threads: 2, seed: 7, name: "threaded", workspace)
    let other = try await weights(seed: 8, name: "other", workspace)
    #expect(first == again)
    #expect(first == threaded)
    #expect(first != other)
  }

  @Test(.enabled("no OpenCL device is here") { try await Self.hasOpenCL() })
  func `weights from OpenCL do not depend on the run`() async throws {
    let workspace = try Workspace()
    let first = try await weights(seed: 7, device: "opencl", name: "first", workspace)
    let again = try await weights(seed: 7, device: "opencl", name: "again", workspace)
    #expect(first == again)
  }

  static func hasOpenCL() async throws -> Bool {
    let outcome = try await Apus.run(["devices", "--json"], in: Workspace())
    return outcome.output.contains("opencl:0")
  }
}
