import ApusCompute

extension Lowering {
  /// The places that a work-item sorts, `PLACES` in `lookup.cl`.
  private static let sortedPlaces = 16

  /// Room for two lists of pairs of words, the identifiers' rows and places.
  static func scratchCountOfSortedIdentifiers(_ identifiers: Shape, batchCapacity: Int) -> Int {
    4 * identifiers.count(batchSize: batchCapacity)
  }

  /// Rows of a table, chosen by identifiers.
  func launches(for lookup: Lookup, _ id: Graph.NodeID) -> [Launch] {
    let table = graph[id].operands[1]
    let bags = bags(of: lookup, result: id, identifiers: graph[id].operands[0])
    return [
      Launch(
        module: .lookup,
        kernel: "lookup",
        arguments: operands(of: id) + [tensor(id), .count(bags.count), .choice(bags.bag)]
          + numbers(of: lookup, table: table, width: bags.width),
        items: WorkItems(bags.items, .fine)
      )
    ]
  }

  /// The gradient of an embedding's table.
  func launches(forGradientOf lookup: Lookup, _ id: Graph.NodeID) -> [Launch] {
    let operands = graph[id].operands
    let (identifiers, upstream) = (operands[0], operands[1])
    let bags = bags(of: lookup, result: upstream, identifiers: identifiers)
    let (sorted, launches) = sorting(identifiers, vocabulary: graph[id].vocabulary, scratch: id)
    let count = Quantity(elementsOf: graph[id].shape)
    return launches + [
      Launch(
        module: .lookup, kernel: "lookup_clear", arguments: [tensor(id), .count(count)],
        items: WorkItems(count.parts(of: lanes), .fine)),
      Launch(
        module: .lookup,
        kernel: "lookup_gradient",
        arguments: [
          .tensor(sorted), tensor(upstream), tensor(identifiers), tensor(id),
          .count(Quantity(elementsOf: graph[identifiers].shape)), .choice(bags.bag),
        ] + numbers(of: lookup, table: id, width: bags.width),
        items: WorkItems(bags.items.repeated(bags.bag), .fine)
      ),
    ]
  }

  /// The launches that sort identifiers by the rows that they choose, and where the pairs of rows
  /// and places then lie.
  func sorting(
    _ identifiers: Graph.NodeID, vocabulary: Int, scratch id: Graph.NodeID
  ) -> (Place, [Launch]) {
    let shape = graph[identifiers].shape
    let count = Quantity(elementsOf: shape)
    let capacity = shape.count(batchSize: batchCapacity)
    var from = scratch(of: id)
    var to = Place(memory: from.memory, offset: from.offset + 2 * capacity)
    var launches = [
      Launch(
        module: .lookup,
        kernel: "lookup_places",
        arguments: [
          tensor(identifiers), .tensor(from), .count(count), .choice(vocabulary),
        ],
        items: WorkItems(count.parts(of: Self.sortedPlaces), .fine))
    ]
    var run = Self.sortedPlaces
    while run < capacity {
      launches.append(
        Launch(
          module: .lookup,
          kernel: "lookup_merge",
          arguments: [.tensor(from), .tensor(to), .count(count), .choice(run)],
          items: WorkItems(count, .fine)))
      swap(&from, &to)
      run *= 2
    }
    return (from, launches)
  }

  /// How the identifiers lie in bags.
  struct BagsOfBatch {
    /// The bags of a run.
    let count: Quantity
    /// The identifiers of a bag.
    let bag: Int
    /// The columns of the table.
    let width: Int
    /// A work-item for each vector of a bag's result.
    let items: Quantity
  }

  /// The bags of some identifiers for a result.
  func bags(
    of lookup: Lookup, result: Graph.NodeID, identifiers: Graph.NodeID
  ) -> BagsOfBatch {
    let shape = graph[identifiers].shape
    let bags = lookup.bags(shape, result: graph[result].shape)
    return BagsOfBatch(
      count: Quantity(shape.rows, times: bags.bagsPerRow), bag: bags.bag, width: bags.width,
      items: Quantity(
        shape.rows, times: bags.bagsPerRow * ((bags.width + lanes - 1) / lanes)))
  }

  /// The last arguments of the kernels.
  func numbers(
    of lookup: Lookup, table: Graph.NodeID, width: Int
  ) -> [Argument] {
    [
      .choice(graph[table].vocabulary), .choice(width),
      .choice(lookup.combiner == .mean ? 1 : 0),
    ]
  }
}

extension Graph.Node {
  /// The rows of a table.
  var vocabulary: Int { shape.rows.count(batchSize: 0) }
}
