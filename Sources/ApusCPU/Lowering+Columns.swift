internal import ApusCompute
internal import CSIMD

extension Lowering {
  /// A copy for each operand.
  func steps(for columns: Columns, _ id: Graph.NodeID) throws(ComputeError) -> [apus_step] {
    let shape = graph[id].shape
    var (steps, column): ([apus_step], Int) = ([], 0)
    for operand in graph[id].operands {
      let source = graph[operand].shape.columns
      var step = apus_step()
      step.operation = APUS_COPY_COLUMNS
      step.m = shape.rows.lowered
      step.n = columns == .concatenate ? source : min(source, shape.columns)
      step.operands.0 = try place(of: operand)
      step.result = try place(of: id)
      step.result.offset += column
      step.set([source, shape.columns])
      switch columns {
      case .slice(let kept): step.operands.0.offset += kept.lowerBound
      case .pad(let before, let after): (step.sizes.2, step.sizes.3) = (before, after)
      case .concatenate: column += source
      }
      steps.append(step)
    }
    return steps
  }
}
