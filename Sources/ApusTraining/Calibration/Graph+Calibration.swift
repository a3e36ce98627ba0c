public import ApusCompute

extension Graph {
  /// The node of the logits of a graph that ends in a sigmoid or a softmax.
  var logits: NodeID { self[outputs[0]].operands[0] }

  /// This graph as far as its logits.
  var untilLogits: Graph {
    var graph = self
    graph.outputs = [logits]
    return graph.fused()
  }

  /// This graph with its logits mapped before the last function.
  ///
  /// ```
  /// affine      ... -> dense           -> sigmoid          the last layer's numbers change
  /// piecewise   ... -> dense -> dense(knots + 1, relu) -> dense(1) -> sigmoid
  /// ```
  /// Where an affine map does not follow a dense layer, a product and a sum are put in.
  ///
  /// - Parameters:
  ///   - map: what becomes of a logit.
  ///   - weights: the values of the variables.
  /// - Returns: the graph, and the values of its variables.
  /// - Throws: `ComputeError.shapeMismatch` when the map does not fit the logits.
  /// - Precondition: the graph's output is a sigmoid or a softmax.
  public func calibrated(
    by map: LogitMap, weights: [String: [Float]] = [:]
  ) throws(ComputeError) -> (graph: Graph, weights: [String: [Float]]) {
    var weights = weights
    switch map {
    case .affine(let scale, let shift):
      if let (weight, bias) = lastDense {
        weights[weight]?.scale(by: scale, shift: 0)
        weights[bias]?.scale(by: scale, shift: shift)
        return (self, weights)
      }
      let graph = try replacingLogits { graph, logits throws(ComputeError) in
        let factor = try graph.add(.constant(Float(scale)), [])
        let product = try graph.add(.binary(.multiply), [logits, factor])
        guard shift != 0 else { return product }
        return try graph.add(
          .binary(.add), [product, try graph.add(.constant(Float(shift)), [])])
      }
      return (graph, weights)
    case .piecewise(let knots):
      let layers = Self.layers(through: knots)
      let graph = try replacingLogits { graph, logits throws(ComputeError) in
        var result = logits
        for (index, layer) in layers.enumerated() {
          let name = "calibration.\(index)"
          weights["\(name).weight"] = layer.weight
          weights["\(name).bias"] = layer.bias
          let inputs = layer.weight.count / layer.bias.count
          let weight = Variable(
            name: "\(name).weight", shape: .fixed(inputs, layer.bias.count))
          let bias = Variable(name: "\(name).bias", shape: .fixed(layer.bias.count))
          let product = try graph.add(
            .matmul(MatMul()), [result, try graph.add(.variable(weight), [])])
          result = try graph.add(.binary(.add), [product, try graph.add(.variable(bias), [])])
          if index == 0 { result = try graph.add(.activation(.relu), [result]) }
        }
        return result
      }
      return (graph, weights)
    }
  }

  /// The weight and the bias of the dense layer that gives the logits, where one does and nothing
  /// else reads them.
  private var lastDense: (weight: String, bias: String)? {
    let sum = self[logits]
    guard sum.operation == .binary(.add), case .matmul = self[sum.operands[0]].operation,
      case .variable(let bias) = self[sum.operands[1]].operation,
      case .variable(let weight) = self[self[sum.operands[0]].operands[1]].operation
    else { return nil }
    let readers = nodes.reduce(0) { count, node in
      count
        + node.operands.count {
          self[$0].operation == .variable(weight) || self[$0].operation == .variable(bias)
        }
    }
    return readers == 2 ? (weight.name, bias.name) : nil
  }

  private func replacingLogits(
    _ map: (inout Graph, NodeID) throws(ComputeError) -> NodeID
  ) throws(ComputeError) -> Graph {
    var graph = self
    let mapped = try map(&graph, logits)
    graph.outputs = [try graph.add(self[outputs[0]].operation, [mapped])]
    return graph.fused()
  }

  /// Two dense layers that draw a line through knots, of slope 1 at both ends.
  ///
  /// `y[0] - relu(x[0] - z) + sum over knots of (slope[i] - slope[i-1]) relu(z - x[i])`, where the
  /// slope before the first knot counts as 0 and that behind the last is 1.
  private static func layers(
    through knots: [LogitMap.Knot]
  ) -> [(weight: [Float], bias: [Float])] {
    let slopes =
      zip(knots, knots.dropFirst()).map { ($1.y - $0.y) / ($1.x - $0.x) } + [1]
    let bends = zip(slopes, [0] + slopes).map { $0 - $1 }
    return [
      (
        weight: [-1] + knots.map { _ in 1 },
        bias: [Float(knots[0].x)] + knots.map { Float(-$0.x) }
      ),
      (weight: [-1] + bends.map { Float($0) }, bias: [Float(knots[0].y)]),
    ]
  }
}

extension [Float] {
  /// Replaces each element `x` by `scale x + shift`.
  fileprivate mutating func scale(by scale: Double, shift: Double) {
    for index in indices { self[index] = Float(scale * Double(self[index]) + shift) }
  }
}
