internal import ApusCompute
internal import CSIMD

extension Lowering {
  /// A lookup, the gradient of its table, or the table's update.
  ///
  /// - Parameters:
  ///   - lookup: the lookup.
  ///   - operation: what is done.
  ///   - identifiers: the node of the identifiers.
  ///   - table: the node in the table's shape.
  ///   - result: the node in the shape of the lookup's result.
  ///   - step: gets all but places.
  func lower(
    _ lookup: Lookup, _ operation: apus_operation, _ identifiers: Graph.NodeID,
    table: Graph.NodeID, result: Graph.NodeID, into step: inout apus_step
  ) {
    let bags = lookup.bags(graph[identifiers].shape, result: graph[result].shape)
    step.operation = operation
    step.mean = lookup.combiner == .mean
    step.m = graph[identifiers].shape.rows.lowered
    let vocabulary = graph[table].shape.rows.count(batchSize: 0)
    step.set([bags.bagsPerRow, bags.bag, vocabulary, bags.width])
  }
}

/// The elements of scratch that sorting `count` identifiers takes.
func lookupScratchCount(_ count: Int) -> Int { 4 * count }
