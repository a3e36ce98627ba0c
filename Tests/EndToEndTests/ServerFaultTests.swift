import Foundation
import Testing

/// What a server process lives through, and what it leaves behind when it does not.
@Suite(.serialized, .timeLimit(.minutes(2))) struct ServerFaultTests {
  @Test func `without a descriptor left it serves who is there`() async throws {
    let workspace = try Workspace()
    let server = try await ServerProcess(
      models: try await TrainedModel.shared().models, descriptorLimit: 40, in: workspace)
    let first = try PlainConnection.greeted(port: server.port)
    for _ in 0..<3 {
      var connections: [PlainConnection] = []
      var refused = 0
      for _ in 0..<60 {
        let connection = try PlainConnection(port: server.port)
        if try connection.exchange("hello", for: 0x81) {
          connections.append(connection)
        } else {
          refused += 1
        }
      }
      #expect(!connections.isEmpty && refused >= 20, "\(refused) refused")
      #expect(try first.isAlive())
      connections = []
      // The places of those who left are free again.
      try await eventually { (try? PlainConnection.greeted(port: server.port)) != nil }
    }
    #expect(await server.stop() == 0)
  }

  @Test func `five thousand silent connections cost little`() async throws {
    let count = 5000
    var limit = rlimit()
    _ = unsafe getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    limit.rlim_cur = limit.rlim_max
    _ = unsafe setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    try #require(limit.rlim_max > rlim_t(count + 500), "the system gives too few descriptors")
    let workspace = try Workspace()
    let server = try await ServerProcess(
      models: try await TrainedModel.shared().models, descriptorLimit: count + 200, in: workspace)
    let before = try residentKilobytes(server.child.identifier)
    var connections: [PlainConnection] = []
    for _ in 0..<count { connections.append(try PlainConnection.greeted(port: server.port)) }
    let after = try residentKilobytes(server.child.identifier)
    let bytes = (after - before) * 1024 / count
    print("apus-test: \(count) idle connections take \(bytes) bytes of memory each")
    #expect(bytes < 16 << 10)
    for index in stride(from: 0, to: count, by: 500) {
      #expect(try connections[index].isAlive(), "connection \(index)")
    }
    connections = []
    #expect(await server.stop() == 0)
  }

  @Test func `a second signal ends a drain at once`() async throws {
    let workspace = try Workspace()
    let server = try await ServerProcess(
      models: try await TrainedModel.shared().models, in: workspace)
    let connection = try PlainConnection.greeted(port: server.port)
    server.child.signal(SIGTERM)
    try await eventually { (try? server.errors(in: workspace))?.contains("draining") == true }
    server.child.signal(SIGTERM)
    #expect(await server.child.exitCode() == 130)
    #expect(try connection.isAlive() == false)
  }

  @Test func `killed, it leaves the models and a socket that the next one takes`() async throws {
    let trained = try await TrainedModel.shared()
    let workspace = try Workspace()
    let models = try workspace.copy(trained.models, to: "models")
    let socket = workspace.path("apus.sock")
    let before = try contents(of: models)
    for _ in 0..<3 {
      let server = try await ServerProcess(
        models: models, options: ["--unix", socket], in: workspace)
      #expect(try PlainConnection(path: socket).exchange("hello", for: 0x81))
      server.child.signal(SIGKILL)
      #expect(await server.child.exitCode() == 256 + SIGKILL)
      #expect(FileManager.default.fileExists(atPath: socket))
      #expect(try contents(of: models) == before)
    }
    let server = try await ServerProcess(
      models: models, options: ["--unix", socket], in: workspace)
    #expect(try PlainConnection(path: socket).exchange("hello", for: 0x81))
    #expect(await server.stop() == 0)
    #expect(!FileManager.default.fileExists(atPath: socket))
  }

  @Test func `killed while it trains, what was sealed stays whole`() async throws {
    let trained = try await TrainedModel.shared()
    let workspace = try Workspace()
    let models = try workspace.copy(trained.models, to: "models")
    let old = try contents(of: models + "/visits/1")
    for milliseconds in [50, 150, 250, 350, 450] {
      let child = try Child(
        TrainedModel.arguments(data: trained.data, output: models + "/visits"), in: workspace)
      // The moment is the point: anywhere between the first byte read and the last written.
      try await Task.sleep(for: .milliseconds(milliseconds))
      child.signal(SIGKILL)
      _ = await child.exitCode()
      #expect(try contents(of: models + "/visits/1") == old)
      let inspected = try await Apus.run(["inspect", models + "/visits"], in: workspace)
      #expect(inspected.exitCode == 0, "\(inspected.errors)")
    }
    let server = try await ServerProcess(models: models, in: workspace)
    #expect(await server.stop() == 0)
  }

  /// The bytes of all files in a folder.
  private func contents(of folder: String) throws -> [String: Data] {
    let names = try FileManager.default.subpathsOfDirectory(atPath: folder)
    let files = names.filter { name in
      var isFolder: ObjCBool = false
      return unsafe FileManager.default.fileExists(
        atPath: "\(folder)/\(name)", isDirectory: &isFolder) && !isFolder.boolValue
    }
    return Dictionary(
      uniqueKeysWithValues: try files.map {
        ($0, try Data(contentsOf: URL(filePath: "\(folder)/\($0)")))
      })
  }

  private func residentKilobytes(_ process: pid_t) throws -> Int {
    let status = try String(contentsOfFile: "/proc/\(process)/status", encoding: .utf8)
    let line = status.split(separator: "\n").first { $0.hasPrefix("VmRSS:") }
    guard let kilobytes = line?.split(separator: " ").dropFirst().first.flatMap({ Int($0) }) else {
      throw Apus.Unusable("process \(process) has no resident memory")
    }
    return kilobytes
  }

  /// Waits until something is true; fails if that takes longer than tests may.
  private func eventually(_ condition: () -> Bool) async throws {
    let end = ContinuousClock.now + .seconds(20)
    while !condition() {
      try #require(ContinuousClock.now < end)
      try await Task.sleep(for: .milliseconds(5))
    }
  }
}
