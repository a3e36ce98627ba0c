internal import ApusCompute

/// A way to wait for a device without fetching a result: one number that a plan passes through.
///
/// Reading any output waits for all that was enqueued before it; this one is four bytes long.
struct Fence {
  private let output: Int

  /// Adds the number to a graph, after its other inputs and outputs.
  ///
  /// - Throws: `ComputeError`; never in practice.
  init(in graph: inout Graph) throws(ComputeError) {
    output = graph.outputs.count
    graph.outputs.append(try graph.add(.input(name: "fence", shape: .scalar), []))
  }

  /// Waits until all runs of a plan are over.
  ///
  /// - Throws: `ComputeError.executionFailed`.
  func wait(for plan: any Plan) throws {
    _ = try plan.withOutput(output, rows: 1) { $0.count }
  }
}
