import ApusCompute
import ApusOpenCL
import Foundation
import Logging

/// The OpenCL device of this machine, opened once for all tests.
enum OpenCLDevice {
  /// Whether there is one; says so where there is none.
  static let isPresent: Bool = {
    do {
      _ = try OpenCLDevices.discover()
      return true
    } catch {
      print("apus-test: not run: OpenCL tests: \(error)")
      return false
    }
  }()

  /// The first device, its program built without any cache.
  static let shared = Result { try OpenCLBackend(cache: nil) }

  /// Opens a device with kernels of one flavour.
  static func open(_ index: Int, _ flavour: Flavour) throws -> OpenCLBackend {
    try OpenCLBackend(
      deviceIndex: index,
      library: OpenCLLibrary(),
      source: .embedded,
      cache: nil,
      logger: Logger(label: "test"),
      flavour: flavour
    )
  }

  /// Runs a graph once on the first device, with new variables, and returns its outputs.
  static func evaluate(
    _ graph: Graph,
    rows: Int,
    capacity: Int? = nil,
    inputs: [[Float]],
    variables: [String: [Float]] = [:]
  ) throws -> [[Float]] {
    let backend = try shared.get()
    let store = try backend.makeVariables(graph.variables)
    for (name, values) in variables { try store.write(values.span, to: name) }
    let plan = try backend.compile(graph, batchCapacity: capacity ?? rows, variables: store)
    for (index, values) in inputs.enumerated() { plan.write(values, toInput: index, rows: rows) }
    try plan.run(rows: rows)
    return try graph.outputs.indices.map { try plan.output($0, rows: rows) }
  }
}

/// A folder that is removed with its contents when the last reference to it goes.
final class TemporaryFolder {
  let path: String

  init() throws {
    path = FileManager.default.temporaryDirectory.path + "/apus-\(UUID().uuidString)"
    try FileManager.default.createDirectory(
      atPath: path,
      withIntermediateDirectories: true
    )
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }
}
