import ApusCompute

extension Lowering {
  /// An optimizer's step on the rows of a table that were looked up.
  func launches(
    for lookup: Lookup, updatedBy rule: UpdateRule, _ penalty: Penalty, _ id: Graph.NodeID
  ) -> [Launch] {
    let operands = graph[id].operands
    let (table, identifiers, upstream, schedule) =
      (operands[0], operands[1], operands[2], operands[3])
    // A rule that keeps fewer slots than two does not touch the others.
    let slots = (Array(operands[4...]) + [table, table]).prefix(2)
    let bags = bags(of: lookup, result: upstream, identifiers: identifiers)
    let (sorted, launches) = sorting(
      identifiers, vocabulary: graph[table].vocabulary, scratch: id)
    let tensors = [upstream, identifiers, schedule, table] + slots
    return launches + [
      Launch(
        module: .lookup,
        kernel: "lookup_update",
        arguments: [.tensor(sorted)] + tensors.map(tensor) + [
          .count(Quantity(elementsOf: graph[identifiers].shape)), .choice(bags.bag),
        ] + numbers(of: lookup, table: table, width: bags.width) + rule.arguments
          + penalty.arguments,
        items: WorkItems(bags.items.repeated(bags.bag), .fine)
      )
    ]
  }
}
