extension Graph {
  /// This graph cut where its last product begins: what it gives is the last hidden layer.
  ///
  /// ```
  /// input -> matmul(relu) -> matmul(relu) -> matmul -> softmax     the whole
  /// input -> matmul(relu) -> matmul(relu)                          the cut
  /// ```
  /// It is nil where there is no hidden layer: the last product reads the input itself.
  public var untilLastHiddenLayer: Graph? {
    var graph = fused()
    guard graph.inputs.count == 1, graph.outputs.count == 1 else { return nil }
    var id = graph.outputs[0]
    while true {
      let node = graph[id]
      guard let operand = node.operands.first else { return nil }
      id = operand
      if case .matmul = node.operation { break }
    }
    guard id != graph.inputs[0], graph[id].shape.isBatched else { return nil }
    graph.outputs = [id]
    return graph.fused()
  }
}
