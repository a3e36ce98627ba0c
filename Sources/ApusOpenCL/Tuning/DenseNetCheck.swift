import ApusCompute

/// Comparison of the kernel that computes a whole dense net with plain loops, on the device that is
/// to run it.
///
/// Like a product's kernels of plain order, it must agree in every bit.
struct DenseNetCheck {
  /// The name under which a profile keeps the outcome.
  static let name = "dense-net"
  /// The widths of the net: none fills a vector or a tile.
  private static let widths = [19, 33, 17, 3]
  /// More than one block of rows, and a part of one.
  private static let rows = 70

  let table: VariantTable
  let backend: OpenCLBackend

  /// What is wrong with the kernel, in a sentence; nil where nothing was found.
  ///
  /// - Throws: `ComputeError` when the device fails, which is wrong as well.
  func failure() throws -> String? {
    for areWhole in [true, false] {
      let layers = Self.layers(areWhole: areWhole)
      let found = try scores(layers)
      guard let expected = layers.last?.output else { continue }
      if let element = expected.indices.first(where: { found[$0] != expected[$0] }) {
        let width = Self.widths[Self.widths.count - 1]
        return "a net of \(areWhole ? "whole numbers" : "reals") has \(found[element]) at row"
          + " \(element / width), column \(element % width), not \(expected[element])"
      }
    }
    return nil
  }

  /// A layer's operands, and its output by plain loops.
  private struct Layer {
    let operands: VariantCheck.Operands
    let output: [Float]
  }

  private static func layers(areWhole: Bool) -> [Layer] {
    var layers: [Layer] = []
    for (index, extents) in zip(widths, widths.dropFirst()).enumerated() {
      let extents = (m: rows, n: extents.1, k: extents.0)
      let drawn =
        areWhole
        ? VariantCheck.Operands.wholeNumbers(extents) : .reals(extents, seed: UInt64(index))
      let operands = VariantCheck.Operands(
        extents: extents,
        areWhole: areWhole,
        a: layers.last?.output ?? drawn.a,
        b: drawn.b,
        bias: drawn.bias
      )
      let sums = operands.sums(isExact: areWhole).values
      layers.append(Layer(operands: operands, output: operands.finished(sums)))
    }
    return layers
  }

  private func scores(_ layers: [Layer]) throws -> [Float] {
    var graph = Graph()
    let width = Self.widths[0]
    var values = try graph.add(.input(name: "x", shape: .batch(width)), [])
    for (index, layer) in layers.enumerated() {
      let (_, n, k) = layer.operands.extents
      let weight = Variable(name: "weight\(index)", shape: .fixed(k, n))
      let bias = Variable(name: "bias\(index)", shape: .fixed(n))
      let matmul = MatMul(.nn, hasBias: true, epilogue: .activation(.relu))
      values = try graph.add(
        .matmul(matmul),
        [values, graph.add(.variable(weight), []), graph.add(.variable(bias), [])]
      )
    }
    graph.outputs = [values]
    let store = try OpenCLVariableStore(VariableLayout(graph.variables), backend: backend)
    for (index, layer) in layers.enumerated() {
      try store.write(layer.operands.b.span, to: "weight\(index)")
      try store.write(layer.operands.bias.span, to: "bias\(index)")
    }
    var joining = table
    joining.joinsDenseNets = true
    let plan = try backend.compile(
      graph,
      batchCapacity: Self.rows,
      variables: store,
      variants: joining
    )
    let features = layers.first?.operands.a ?? []
    plan.withInput(0, rows: Self.rows) { span in
      for index in features.indices { span[index] = features[index] }
    }
    try plan.run(rows: Self.rows)
    return try plan.withOutput(0, rows: Self.rows) { span in span.indices.map { span[$0] } }
  }
}
