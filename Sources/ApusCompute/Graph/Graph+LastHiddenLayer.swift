extension Graph {
  /// This graph cut where its last product begins: what it gives is the last hidden layer.
  ///
  /// ```
  /// input -> matmul(relu) -> matmul(relu) -> matmul -> softmax     the whole
  /// input -> matmul(relu) -> matmul(relu)                          the cut
  /// ```
  /// It is nil where there is no hidden layer: the last product reads the input itself.
  ///
  /// - Parameter layers: the products behind the last layer that only calibrate its outputs.
  /// - Returns: the cut graph, or nil.
  public func untilLastHiddenLayer(leavingOut layers: Int = 0) -> Graph? {
    var graph = fused()
    guard graph.inputs.count == 1, graph.outputs.count == 1 else { return nil }
    var id = graph.outputs[0]
    var products = 0
    while products <= layers {
      let node = graph[id]
      guard let operand = node.operands.first else { return nil }
      id = operand
      if case .matmul = node.operation { products += 1 }
    }
    guard id != graph.inputs[0], graph[id].shape.isBatched else { return nil }
    graph.outputs = [id]
    return graph.fused()
  }
}
