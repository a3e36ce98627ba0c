import ApusCompute

extension Lowering {
  /// Room for what is summed: the sums of groups of terms, and for softmax the terms before them.
  static func scratchCount(of loss: Loss, _ operands: [Shape], batchCapacity: Int) -> Int {
    let shape = operands[0]
    guard loss.elementwiseNumber == nil else {
      return partialCount(Quantity(elementsOf: shape), batchCapacity)
    }
    let rows = Quantity(shape.rows)
    return rows.value(rows: batchCapacity).roundedUp(toMultipleOf: ArenaLayout.alignment)
      + partialCount(rows, batchCapacity)
  }

  /// A mean loss.
  func launches(for loss: Loss, _ id: Graph.NodeID) -> [Launch] {
    let shape = graph[graph[id].operands[0]].shape
    guard let number = loss.elementwiseNumber else { return softmaxEntropy(of: shape, id) }
    let terms = Quantity(elementsOf: shape)
    let hasPartials = Self.partialCount(terms, batchCapacity) > 0
    let groups = terms.parts(of: Reduction.chunk)
    let sums = Launch(
      kernel: "loss_elements",
      arguments: operands(of: id) + [
        .tensor(hasPartials ? scratch(of: id) : place(of: id)), .count(terms),
        .choice(Reduction.chunk), .divisor(hasPartials ? Quantity(1) : terms), .choice(number),
      ],
      items: WorkItems(groups, 1, .coarse)
    )
    guard hasPartials else { return [sums] }
    return [
      sums,
      total(of: scratch(of: id), rows: groups, columns: 1, divisor: terms, into: place(of: id)),
    ]
  }

  /// The rows' losses, then their mean.
  ///
  /// ```
  /// scratch  | loss of each row ... pad | sum of each group of rows |
  /// ```
  private func softmaxEntropy(of shape: Shape, _ id: Graph.NodeID) -> [Launch] {
    let rows = Quantity(shape.rows)
    let losses = scratch(of: id)
    let capacity = rows.value(rows: batchCapacity)
    let partials = Place(
      memory: losses.memory,
      offset: losses.offset + capacity.roundedUp(toMultipleOf: ArenaLayout.alignment)
    )
    let terms = Launch(
      kernel: "loss_softmax_entropy",
      arguments: operands(of: id) + [.tensor(losses), .count(rows), .choice(shape.columns)],
      items: WorkItems(rows, 1, .coarse)
    )
    return [terms]
      + sums(
        of: losses,
        rows: rows,
        columns: 1,
        divisor: rows,
        partials: partials,
        into: place(of: id)
      )
  }

  /// The gradient of a mean loss with respect to the prediction.
  func launches(forGradientOf loss: Loss, _ id: Graph.NodeID) -> [Launch] {
    let shape = graph[id].shape
    let terms = Quantity(elementsOf: shape)
    guard let number = loss.elementwiseNumber else {
      let rows = Quantity(shape.rows)
      return [
        Launch(
          kernel: "loss_gradient_softmax_entropy",
          arguments: operands(of: id) + [
            tensor(id), .count(rows), .choice(shape.columns), .divisor(rows),
          ],
          items: WorkItems(rows, 1, .coarse)
        )
      ]
    }
    return [elementwise("loss_gradient_elements", id, [.divisor(terms), .choice(number)])]
  }
}

extension Loss {
  /// The loss's number in `loss.cl`, or nil for the one that is computed from whole rows.
  fileprivate var elementwiseNumber: Int? {
    switch self {
    case .meanSquaredError: 0
    case .meanAbsoluteError: 1
    case .binaryCrossEntropy: 2
    case .softmaxCrossEntropy: nil
    }
  }
}
