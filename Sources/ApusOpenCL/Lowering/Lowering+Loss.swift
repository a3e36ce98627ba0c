import ApusCompute

extension Lowering {
  /// The terms of an elementwise loss that one item sums: on a GPU one vector, so that neighbouring
  /// items read neighbouring memory.
  static func lossGroup(_ flavour: Flavour) -> Int {
    flavour == .plain ? Reduction.chunk : flavour.lanes
  }

  /// Room for what is summed: the sums of groups of terms, and where these are many, the sums of
  /// groups of those.
  static func scratchCount(
    of loss: Loss,
    _ operands: [Shape],
    batchCapacity: Int,
    flavour: Flavour
  ) -> Int {
    let terms = groups(of: loss, operands[0], flavour)
    let count = terms.value(rows: batchCapacity)
    return count.roundedUp(toMultipleOf: ArenaLayout.alignment)
      + partialCount(Quantity(count), batchCapacity)
  }

  /// How many numbers an item each leaves: sums of terms, or for softmax the rows' losses.
  private static func groups(of loss: Loss, _ shape: Shape, _ flavour: Flavour) -> Quantity {
    loss.elementwiseNumber == nil
      ? Quantity(shape.rows) : Quantity(elementsOf: shape).parts(of: lossGroup(flavour))
  }

  /// A mean loss, and its gradient where that is computed with it.
  ///
  /// ```
  /// scratch  | sum of each group of terms ... pad | sum of each group of those |
  /// ```
  /// - Parameters:
  ///   - loss: the loss.
  ///   - id: its node.
  ///   - gradient: its gradient's node, at whose place both are computed.
  /// - Returns: the terms' launch, and those that sum what it leaves.
  func launches(for loss: Loss, _ id: Graph.NodeID, with gradient: Graph.NodeID?) -> [Launch] {
    let shape = graph[graph[id].operands[0]].shape
    let sums = scratch(of: gradient ?? id)
    let groups = Self.groups(of: loss, shape, flavour)
    let terms = loss.elementwiseNumber == nil ? groups : Quantity(elementsOf: shape)
    let capacity = groups.value(rows: batchCapacity)
    let isWhole = capacity == 1 && loss.elementwiseNumber != nil
    let wantsGradient = Argument.choice(gradient == nil ? 0 : 1)
    let results: [Argument] = [
      .tensor(isWhole ? place(of: id) : sums), tensor(gradient.map { graph[$0].operands[2] } ?? id),
      tensor(gradient ?? id),
    ]
    let first =
      if let number = loss.elementwiseNumber {
        Launch(
          module: .loss,
          kernel: "loss_elements",
          arguments: operands(of: id) + results + [
            .count(terms), .choice(Self.lossGroup(flavour)),
            .divisor(isWhole ? terms : Quantity(1)),
            .choice(number), .divisor(terms), wantsGradient,
          ],
          items: WorkItems(groups, flavour == .plain ? .coarse : .fine)
        )
      } else {
        Launch(
          module: .loss,
          kernel: "loss_softmax_entropy",
          arguments: operands(of: id) + results + [
            .count(terms), .choice(shape.columns), .divisor(terms), wantsGradient,
          ],
          items: WorkItems(groups, .coarse)
        )
      }
    guard !isWhole else { return [first] }
    let partials = Place(
      memory: sums.memory,
      offset: sums.offset + capacity.roundedUp(toMultipleOf: ArenaLayout.alignment)
    )
    return [first]
      + self.sums(
        of: sums,
        rows: groups,
        columns: 1,
        divisor: terms,
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
          module: .loss,
          kernel: "loss_gradient_softmax_entropy",
          arguments: operands(of: id) + [
            tensor(id), .count(rows), .choice(shape.columns), .divisor(rows),
          ],
          items: WorkItems(rows, .coarse)
        )
      ]
    }
    return [
      elementwise(
        "loss_gradient_elements", of: .loss, id, [.divisor(terms), .choice(number)])
    ]
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
