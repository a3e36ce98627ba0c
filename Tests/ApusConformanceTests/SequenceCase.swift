import ApusCompute

/// A few operations on steps as one function of its inputs, and the gradients of a weighted sum of
/// its result.
///
/// Inputs are numbered as in `shapes`; the weights of the sum come last.
struct SequenceCase: CustomStringConvertible {
  let description: String
  let graph: Graph
  let rows: Int
  /// The inputs in order.
  let inputs: [[Float]]
  /// How many inputs, from the first on, have a gradient; output 1 is the first one's.
  let differentiable: Int

  /// Makes a case.
  ///
  /// - Parameters:
  ///   - description: what it is, for messages.
  ///   - shapes: the shapes of the inputs that have a gradient.
  ///   - rows: the rows of the batch.
  ///   - lengths: a further input of one number for each row, where there is one.
  ///   - values: gives the elements of an input.
  ///   - body: appends the function, given its inputs and the lengths.
  /// - Throws: `ComputeError` where the function does not fit.
  init(
    _ description: String,
    _ shapes: [Shape],
    rows: Int,
    lengths: [Float]? = nil,
    values: (Int) -> [Float],
    _ body: (inout Graph, [Graph.NodeID], [Graph.NodeID]) throws -> Graph.NodeID
  ) throws {
    var graph = Graph()
    let nodes = try shapes.enumerated().map { index, shape in
      try graph.add(.input(name: "x\(index)", shape: shape), [])
    }
    let lengthNodes =
      lengths == nil ? [] : [try graph.add(.input(name: "lengths", shape: .batch(1)), [])]
    let result = try body(&graph, nodes, lengthNodes)
    let shape = graph[result].shape
    let weights = try graph.add(.input(name: "weights", shape: shape), [])
    let product = try graph.add(.binary(.multiply), [result, weights])
    let loss = try graph.add(.reduce(Reduction(.sum, .all)), [product])
    graph.outputs = [result] + (try graph.gradients(of: loss, withRespectTo: nodes))
    // The loss is what central differences move.
    graph.outputs.append(loss)
    self.description = description
    self.graph = graph
    self.rows = rows
    inputs =
      shapes.map { values($0.count(batchSize: rows)) } + (lengths.map { [$0] } ?? [])
      + [values(shape.count(batchSize: rows))]
    differentiable = shapes.count
  }

  /// The outputs by the reference, of inputs that may have been moved.
  func reference(_ inputs: [[Double]]) -> [[Double]] {
    var interpreter = ReferenceInterpreter(graph, rows: rows, inputs: inputs)
    return interpreter.run()
  }
}

extension SequenceCase {
  /// Lengths from none to all of `steps`, and some that are out of bounds.
  static func lengths(rows: Int, steps: Int) -> [Float] {
    (0..<rows).map { row in
      row == 3 ? -1 : row == 4 ? Float(steps + 7) : Float((row * 5 + steps) % (steps + 1))
    }
  }

  /// A recurrence of both cells, its last states or all of them.
  static func recurrences(
    rows: Int, steps: Int, units: Int, hasLengths: Bool, values: (Int) -> [Float]
  ) throws -> [SequenceCase] {
    try Recurrence.Cell.allCases.flatMap { cell in
      try [Recurrence.States.last, .all].map { states in
        let recurrence = Recurrence(cell, units: units)
        let columns = recurrence.gates * units
        return try SequenceCase(
          "\(recurrence), \(states) states, \(steps) steps, \(rows) rows, lengths \(hasLengths)",
          [.batch(steps, columns), .fixed(units, columns), .fixed(columns)], rows: rows,
          lengths: hasLengths ? lengths(rows: rows, steps: steps) : nil, values: values
        ) { graph, x, lengths in
          let tape = try graph.add(.sequence(.recurrence(recurrence)), x + lengths)
          return try graph.add(.sequence(.states(recurrence, states)), [tape] + lengths)
        }
      }
    }
  }

  /// Both pools of a sequence.
  static func pools(
    rows: Int, steps: Int, channels: Int, hasLengths: Bool, values: (Int) -> [Float]
  ) throws -> [SequenceCase] {
    try Pool.allCases.map { pool in
      try SequenceCase(
        "\(pool) of \(channels) channels, \(steps) steps, \(rows) rows, lengths \(hasLengths)",
        [.batch(steps, channels)], rows: rows,
        lengths: hasLengths ? lengths(rows: rows, steps: steps) : nil, values: values
      ) { graph, x, lengths in
        try graph.add(.sequence(.pool(pool)), x + lengths)
      }
    }
  }

  /// The windows of a picture.
  static func windows(
    _ windows: Windows, rows: Int, values: (Int) -> [Float]
  ) throws -> SequenceCase {
    try SequenceCase(
      "\(windows) of \(windows.inputShape), \(rows) rows", [windows.inputShape], rows: rows,
      values: values
    ) { graph, x, _ in
      try graph.add(.sequence(.windows(windows)), x)
    }
  }

  /// Attention to all steps and to those before.
  static func attentions(
    rows: Int, steps: Int, heads: Int, width: Int, hasLengths: Bool, values: (Int) -> [Float]
  ) throws -> [SequenceCase] {
    try [false, true].map { isCausal in
      let attention = Attention(heads: heads, isCausal: isCausal)
      return try SequenceCase(
        "\(attention) of \(width), \(steps) steps, \(rows) rows, lengths \(hasLengths)",
        [.batch(steps, 3 * heads * width)], rows: rows,
        lengths: hasLengths ? lengths(rows: rows, steps: steps) : nil, values: values
      ) { graph, x, lengths in
        try graph.add(.sequence(.attention(attention)), x + lengths)
      }
    }
  }
}
