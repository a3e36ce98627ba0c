import ApusCPU
import ApusCompute
import ApusOpenCL
import Testing

/// A backend that the conformance suite runs on.
struct BackendUnderTest: Sendable, CustomTestStringConvertible {
  let name: String
  let backend: any Backend

  var testDescription: String { name }

  /// Every instruction set level of this machine with one thread and with two, and every OpenCL
  /// device with both flavours of kernels.
  static let all: [BackendUnderTest] = cpu + opencl

  private static func names(_ levels: [InstructionSet]) -> String {
    levels.map(\.rawValue).joined(separator: " ")
  }

  static let cpu: [BackendUnderTest] = {
    let missing = InstructionSet.allCases.filter { !$0.isSupported }
    print("apus-test: ISA levels: \(names(InstructionSet.supported))")
    if !missing.isEmpty {
      print("apus-test: not run: ISA levels \(names(missing)), this CPU lacks them")
    }
    return InstructionSet.supported.flatMap { level in
      [1, 2].map { (threads: Int) in
        BackendUnderTest(
          name: "cpu \(level.rawValue) \(threads) threads",
          backend: CPUBackend(threads: threads, instructionSet: level)
        )
      }
    }
  }()

  static let opencl: [BackendUnderTest] = {
    do {
      let devices = try OpenCLDevices.discover()
      let backends = try devices.indices.flatMap { index in
        try Flavour.allCases.map { flavour in
          let backend = try OpenCLDevice.open(index, flavour)
          print("apus-test: OpenCL device: \(backend.device), \(flavour) kernels")
          return BackendUnderTest(name: "\(backend.device) \(flavour)", backend: backend)
        }
      }
      if backends.isEmpty { print("apus-test: not run: OpenCL, no device was found") }
      return backends
    } catch {
      print("apus-test: not run: OpenCL, \(error)")
      return []
    }
  }()
}

extension BackendUnderTest {
  /// Runs a graph once and returns its outputs; `variables` are written first, and those that the
  /// graph updates are returned as they are after the run.
  func run(
    _ graph: Graph,
    rows: Int,
    capacity: Int? = nil,
    inputs: [[Float]],
    variables: [String: [Float]] = [:]
  ) throws -> (outputs: [[Float]], variables: [String: [Float]]) {
    let store = try backend.makeVariables(graph.variables)
    for (name, values) in variables { try store.write(values.span, to: name) }
    let plan = try backend.compile(graph, batchCapacity: capacity ?? rows, variables: store)
    for (index, values) in inputs.enumerated() { plan.write(values, toInput: index, rows: rows) }
    try plan.run(rows: rows)
    let outputs = try graph.outputs.indices.filter { graph.isReadable($0) }
      .map { try plan.output($0, rows: rows) }
    var updated: [String: [Float]] = [:]
    for variable in graph.variables { updated[variable.name] = try store.read(variable.name) }
    return (outputs, updated)
  }
}

extension Graph {
  /// Whether an output lives in the plan and not in the variable store.
  func isReadable(_ output: Int) -> Bool {
    switch self[outputs[output]].operation {
    case .average, .lookupUpdate, .update, .variable: false
    default: true
    }
  }
}

extension Plan {
  func write(_ values: [Float], toInput index: Int, rows: Int) {
    withInput(index, rows: rows) { span in
      precondition(span.count == values.count, "\(span.count) elements, not \(values.count)")
      for i in values.indices { span[i] = values[i] }
    }
  }

  func output(_ index: Int, rows: Int) throws -> [Float] {
    try withOutput(index, rows: rows) { span in span.indices.map { span[$0] } }
  }
}
