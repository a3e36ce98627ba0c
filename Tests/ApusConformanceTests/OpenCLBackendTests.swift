import ApusCompute
import ApusOpenCL
import Foundation
import Logging
import Synchronization
import Testing

/// What keeps a device from being used, with or without one.
@Suite("OpenCL, missing")
struct OpenCLMissingTests {
  @Test("A loader that is not there is named")
  func missingLoader() {
    let error = #expect(throws: ComputeError.self) {
      try OpenCLLibrary(path: "/nonexistent/libOpenCL.so.1")
    }
    #expect(error?.code == .deviceUnavailable)
    #expect(error?.cause?.contains("/nonexistent/libOpenCL.so.1") == true)
  }

  @Test("A library that is no loader is refused by the function that it lacks")
  func wrongLoader() {
    let error = #expect(throws: ComputeError.self) { try OpenCLLibrary(path: "libm.so.6") }
    #expect(error?.code == .deviceUnavailable)
    #expect(error?.cause == "dlopen: libm.so.6 has no function clBuildProgram")
  }

  @Test("The environment names the loader")
  func loaderFromEnvironment() async {
    await #expect(processExitsWith: .success) {
      unsafe setenv("APUS_OPENCL_LIBRARY", "/nonexistent/loader", 1)
      let error = #expect(throws: ComputeError.self) { try OpenCLDevices.discover() }
      #expect(error?.code == .deviceUnavailable)
      #expect(error?.cause?.contains("/nonexistent/loader") == true)
    }
  }

  @Test("A loader without drivers names the call", .enabled(if: OpenCLDevice.isPresent))
  func noPlatform() async {
    await #expect(processExitsWith: .success) {
      unsafe setenv("OCL_ICD_VENDORS", "/nonexistent", 1)
      let error = #expect(throws: ComputeError.self) { try OpenCLBackend(cache: nil) }
      #expect(error?.code == .deviceUnavailable)
      #expect(error?.cause == "clGetPlatformIDs: CL_PLATFORM_NOT_FOUND_KHR (-1001)")
    }
  }
}

/// Discovery, building and the program cache on the device at hand.
@Suite("OpenCL backend", .enabled(if: OpenCLDevice.isPresent))
struct OpenCLBackendTests {
  @Test("Devices are numbered in order")
  func selectors() throws {
    let devices = try OpenCLDevices.discover()
    #expect(devices.map(\.selector) == devices.indices.map { "opencl:\($0)" })
    #expect(devices.allSatisfy { $0.kind == .opencl && !$0.name.isEmpty && $0.computeUnits > 0 })
    #expect(try OpenCLBackend(cache: nil).device == devices[0])
  }

  @Test("A device that is not there is refused")
  func missingDevice() throws {
    let count = try OpenCLDevices.discover().count
    let error = #expect(throws: ComputeError.self) {
      try OpenCLBackend(deviceIndex: count, cache: nil)
    }
    #expect(error?.code == .deviceUnavailable)
    #expect(error?.message.contains("opencl:\(count)") == true)
  }

  @Test("A kernel that does not build names the call and quotes the compiler")
  func buildFailure() throws {
    let source = KernelSource(files: ["kernel void broken(global float *x) { x[0] = nothing; }"])
    let backend = try backend(source)
    let variable = Variable(name: "a", shape: .fixed(1))
    let error = #expect(throws: ComputeError.self) {
      try backend.makeVariables([variable]).write([1].span, to: "a")
    }
    #expect(error?.code == .kernelBuildFailed)
    #expect(error?.cause == "clBuildProgram: CL_BUILD_PROGRAM_FAILURE (-11)")
    #expect(error?.message.contains("nothing") == true)
  }

  @Test("A program without the kernel that a graph needs is refused")
  func missingKernel() throws {
    let backend = try backend(KernelSource(files: ["kernel void other(global float *x) {}"]))
    var graph = Graph()
    let x = try graph.add(.input(name: "x", shape: .batch(1)), [])
    graph.outputs = [try graph.add(.activation(.relu), [x])]
    let store = try backend.makeVariables([])
    let error = #expect(throws: ComputeError.self) {
      try backend.compile(graph, batchCapacity: 1, variables: store)
    }
    #expect(error?.code == .kernelBuildFailed)
    #expect(error?.cause == "clCreateKernel: CL_INVALID_KERNEL_NAME (-46)")
  }

  @Test("More memory than the device has is refused before the driver is asked")
  func allocationTooLarge() throws {
    let backend = try OpenCLDevice.shared.get()
    let huge = Variable(name: "huge", shape: .fixed(1 << 30, 1 << 20))
    let storeError = #expect(throws: ComputeError.self) { try backend.makeVariables([huge]) }
    #expect(storeError?.code == .allocationFailed)
    #expect(storeError?.cause == nil)

    var graph = Graph()
    let x = try graph.add(.input(name: "x", shape: .batch(1 << 20)), [])
    graph.outputs = [try graph.add(.activation(.relu), [x])]
    let store = try backend.makeVariables([])
    let planError = #expect(throws: ComputeError.self) {
      try backend.compile(graph, batchCapacity: 1 << 30, variables: store)
    }
    #expect(planError?.code == .allocationFailed)
  }

  @Test("A store of another backend, or without the graph's variables, is refused")
  func foreignStore() throws {
    let backend = try OpenCLDevice.shared.get()
    var graph = Graph()
    let w = try graph.add(.variable(Variable(name: "w", shape: .fixed(3))), [])
    graph.outputs = [try graph.add(.activation(.relu), [w])]
    let foreign = try OpenCLBackend(cache: nil).makeVariables(graph.variables)
    for store in [foreign, try backend.makeVariables([])] {
      let error = #expect(throws: ComputeError.self) {
        try backend.compile(graph, batchCapacity: 1, variables: store)
      }
      #expect(error?.code == .variableMismatch)
    }
  }

  @Test("Variables start at zero, and keep what is written")
  func variables() throws {
    let backend = try OpenCLDevice.shared.get()
    let store = try backend.makeVariables([
      Variable(name: "a", shape: .fixed(3)), Variable(name: "b", shape: .fixed(2, 9)),
    ])
    #expect(try store.read("b") == [Float](repeating: 0, count: 18))
    try store.write([1, 2, 3].span, to: "a")
    #expect(try store.read("a") == [1, 2, 3])
    #expect(try store.read("b") == [Float](repeating: 0, count: 18))
    #expect(throws: ComputeError.self) { try store.write([1].span, to: "a") }
    #expect(throws: ComputeError.self) { try store.read("c") }
  }

  private func backend(
    _ source: KernelSource,
    cache: ProgramCache? = nil
  ) throws -> OpenCLBackend {
    try OpenCLBackend(
      deviceIndex: 0,
      library: OpenCLLibrary(),
      source: source,
      cache: cache,
      logger: Logger(label: "test")
    )
  }
}

/// The program cache, as files and as a backend uses it.
@Suite("OpenCL program cache")
struct ProgramCacheTests {
  private let folder: TemporaryFolder
  private let cache: ProgramCache
  private let key = ProgramCache.Key(["device", "options", "source"])

  init() throws {
    folder = try TemporaryFolder()
    cache = ProgramCache(folder: folder.path + "/apus/opencl")
  }

  @Test("Keys tell apart the parts that they are made of")
  func keys() {
    #expect(key == ProgramCache.Key(["device", "options", "source"]))
    #expect(key != ProgramCache.Key(["device", "optionss", "ource"]))
    #expect(key != ProgramCache.Key(["device", "options", "source", ""]))
    #expect(key.fileName.utf8.count == 64 + 4)
  }

  @Test("What is stored is loaded, under its own key only")
  func roundTrip() throws {
    #expect(throws: ProgramCache.Miss.absent) { try cache.load(key) }
    try cache.store([1, 2, 3], for: key)
    #expect(try cache.load(key) == [1, 2, 3])
    try cache.store([4], for: key)
    #expect(try cache.load(key) == [4])

    let other = ProgramCache.Key(["other"])
    #expect(throws: ProgramCache.Miss.absent) { try cache.load(other) }
    try FileManager.default.moveItem(atPath: cache.path(of: key), toPath: cache.path(of: other))
    #expect(throws: ProgramCache.Miss.damaged) { try cache.load(other) }
  }

  @Test("An entry with any byte changed, or cut anywhere, is damaged")
  func damage() throws {
    try cache.store([1, 2, 3], for: key)
    let url = URL(filePath: cache.path(of: key))
    let sound = try Data(contentsOf: url)
    for index in sound.indices {
      var entry = sound
      entry[index] ^= 1
      try entry.write(to: url)
      #expect(throws: ProgramCache.Miss.damaged, "byte \(index)") { try cache.load(key) }
      try sound.prefix(index).write(to: url)
      #expect(throws: ProgramCache.Miss.damaged, "\(index) bytes") { try cache.load(key) }
    }
    try (sound + [0]).write(to: url)
    #expect(throws: ProgramCache.Miss.damaged) { try cache.load(key) }
    try sound.write(to: url)
    #expect(try cache.load(key) == [1, 2, 3])
  }

  @Test("The folder follows the XDG specification")
  func userFolder() async {
    await #expect(processExitsWith: .success) {
      unsafe setenv("HOME", "/users/someone", 1)
      unsafe setenv("XDG_CACHE_HOME", "/caches", 1)
      #expect(ProgramCache.ofUser?.folder == "/caches/apus/opencl")
      unsafe setenv("XDG_CACHE_HOME", "relative", 1)
      #expect(ProgramCache.ofUser?.folder == "/users/someone/.cache/apus/opencl")
      unsafe unsetenv("XDG_CACHE_HOME")
      #expect(ProgramCache.ofUser?.folder == "/users/someone/.cache/apus/opencl")
      unsafe unsetenv("HOME")
      #expect(ProgramCache.ofUser == nil)
    }
  }

  @Test("Cold, warm, damaged and refused by the driver", .enabled(if: OpenCLDevice.isPresent))
  func backend() throws {
    let log = DebugLog()
    func start() throws -> [String] {
      try use(OpenCLBackend(cache: cache, logger: Logger(label: "test") { _ in log }))
      return log.takeMessages()
    }
    let building = "building the OpenCL program: "
    #expect(try start() == [building + "absent"])
    #expect(try start() == [])

    let names = try FileManager.default.contentsOfDirectory(atPath: cache.folder)
    #expect(names.count == 1)
    let url = URL(filePath: cache.folder + "/" + (names.first ?? ""))
    let sound = try Data(contentsOf: url)
    try sound.prefix(sound.count / 2).write(to: url)
    #expect(try start() == [building + "damaged"])
    #expect(try start() == [])

    // An entry whose hashes are right, and whose payload is no program.
    try cache.store([1, 2, 3], for: key)
    let garbage = try Data(contentsOf: URL(filePath: cache.path(of: key)))
    try (sound.prefix(40) + garbage.dropFirst(40)).write(to: url)
    let refused = try start()
    #expect(refused.count == 1)
    #expect(refused.first?.contains("clCreateProgramWithBinary: CL_INVALID_BINARY (-42)") == true)
    #expect(try start() == [])
  }

  @Test("A folder that cannot be made costs nothing", .enabled(if: OpenCLDevice.isPresent))
  func unusableFolder() throws {
    let file = folder.path + "/file"
    try Data().write(to: URL(filePath: file))
    let log = DebugLog()
    let cache = ProgramCache(folder: file + "/opencl")
    try use(OpenCLBackend(cache: cache, logger: Logger(label: "test") { _ in log }))
    let messages = log.takeMessages()
    #expect(messages.count == 2)
    #expect(messages.last?.hasPrefix("the built OpenCL program was not kept: ") == true)
  }

  /// Runs a small graph.
  private func use(_ backend: OpenCLBackend) throws {
    var graph = Graph()
    let x = try graph.add(.input(name: "x", shape: .batch(3)), [])
    graph.outputs = [try graph.add(.activation(.relu), [x])]
    let plan = try backend.compile(
      graph,
      batchCapacity: 2,
      variables: backend.makeVariables([])
    )
    plan.write([-1, 2, 3, 4, -5, 6], toInput: 0, rows: 2)
    try plan.run(rows: 2)
    #expect(try plan.output(0, rows: 2) == [0, 2, 3, 4, 0, 6])
  }
}

/// Keeps messages of every level, each with the reason that it was given.
final class DebugLog: LogHandler {
  private let messages = Mutex<[String]>([])

  /// The messages since the last call.
  func takeMessages() -> [String] {
    messages.withLock { messages in
      defer { messages = [] }
      return messages
    }
  }

  func log(event: LogEvent) {
    let reason = event.metadata?["reason"].map { ": \($0)" } ?? ""
    messages.withLock { $0.append("\(event.message)\(reason)") }
  }

  var logLevel: Logger.Level {
    get { .trace }
    set {}
  }
  var metadata: Logger.Metadata {
    get { [:] }
    set {}
  }
  subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { nil }
    set {}
  }
}
