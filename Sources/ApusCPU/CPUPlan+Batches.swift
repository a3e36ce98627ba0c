internal import ApusCompute
internal import CSIMD

extension CPUPlan {
  func keep(_ table: RowTable, forInput index: Int) {
    let shape = inputs[index].shape
    precondition(
      shape == .batch(table.width), "rows of \(table.width) floats for an input of \(shape)")
    tables[index] = table
  }

  func run(_ batches: Batches) -> [Float] {
    batches.check(
      tableCounts: tables.values.map(\.count),
      stepShapes: batches.stepInputs.map { inputs[$0].shape }, batchCapacity: batchCapacity)
    guard let result = outputs[0] else {
      preconditionFailure("output 0 is a variable: it is read from its store")
    }
    var feeds = unsafe tables.map { input, table in
      unsafe apus_feed(
        table: table.elements.baseAddress, width: table.width, offset: inputs[input].offset)
    }
    for input in batches.stepInputs {
      let tensor = inputs[input]
      unsafe feeds.append(
        apus_feed(table: nil, width: tensor.shape.count(batchSize: 1), offset: tensor.offset))
    }
    var results = [Float](repeating: 0, count: batches.count)
    unsafe apus_run_batches(
      isa, steps, steps.count, feeds, feeds.count, batches.rows, batches.rows.count,
      batches.batchSize, batches.stepValues, result.offset, &results, arena.base,
      store.memory.base, pool.handle)
    return results
  }
}
