internal import ApusCompute

// What layers over the steps of a row need to know of their input.
extension Graph {
  /// The steps that there is room for in a row of a node, rows x steps x channels.
  ///
  /// - Parameter id: a node.
  /// - Returns: the number of steps.
  /// - Throws: `ComputeError.shapeMismatch` when a row of the node has none.
  func steps(of id: NodeID) throws(ComputeError) -> Int {
    let shape = self[id].shape
    guard shape.isBatched, shape.dimensions.count == 2 else {
      throw ComputeError(
        .shapeMismatch, "a layer over steps takes rows x steps x channels, not \(shape)")
    }
    return shape.dimensions[0]
  }

  /// How many steps of each row count, as the operand that operations on steps take.
  ///
  /// No mask travels through a net: the identifiers that the steps were looked up by say it, so the
  /// way back to them is searched, through layers that keep the steps.
  ///
  /// ```
  /// | 4 9 2 -1 -1 | -> vectors -> dense -> norm -> the node: 3 of 5 steps count
  /// ```
  /// - Parameter id: a node of rows x steps x channels.
  /// - Returns: a node of rows x 1, or nothing where all steps count: where the steps are no
  ///   identifiers' vectors, or a layer has made others of them.
  /// - Throws: `ComputeError.shapeMismatch` when a row of the node has no steps.
  mutating func lengths(of id: NodeID) throws(ComputeError) -> [NodeID] {
    let steps = try steps(of: id)
    var place = id
    while true {
      switch self[place].operation {
      case .lookup(Lookup(.concatenate)):
        let identifiers = self[place].operands[0]
        guard self[identifiers].shape == .batch(steps) else { return [] }
        let known = nodes.firstIndex {
          $0.operation == .sequence(.length) && $0.operands == [identifiers]
        }
        if let known { return [known] }
        return [try add(.sequence(.length), [identifiers])]
      case .sequence(.pool), .sequence(.states(_, .last)):
        return []
      default:
        guard let first = self[place].operands.first else { return [] }
        place = first
      }
    }
  }
}
