internal import ApusCompute

extension Network {
  /// Appends a recurrent layer: the projections of all steps in one product, then the recurrence.
  ///
  /// - Parameters:
  ///   - recurrence: the cell and its width.
  ///   - input: a node of rows x steps x channels.
  ///   - returnsSteps: whether all states are the result, and not the last alone.
  ///   - bias: how the bias starts.
  ///   - name: the prefix of the parameters' names, which `GRU` and `LSTM` list.
  /// - Returns: a node of rows x steps x units, or of rows x units.
  /// - Throws: `ComputeError.shapeMismatch` when a row of the input has no steps.
  mutating func append(
    _ recurrence: Recurrence,
    to input: Graph.NodeID,
    returnsSteps: Bool,
    bias: Initializer,
    named name: String
  ) throws(ComputeError) -> Graph.NodeID {
    let lengths = try graph.lengths(of: input)
    let columns = recurrence.gates * recurrence.units
    let projections = try Dense(columns, biasInitializer: bias)
      .append(to: input, named: name, in: &self)
    let weight = try addParameter(
      "\(name).recurrentWeight", .fixed(recurrence.units, columns), .orthogonal(gain: 1))
    let recurrentBias = try addParameter("\(name).recurrentBias", .fixed(columns), .zeros)
    let tape = try graph.add(
      .sequence(.recurrence(recurrence)), [projections, weight, recurrentBias] + lengths)
    let states = SequenceOperation.states(recurrence, returnsSteps ? .all : .last)
    return try graph.add(.sequence(states), [tape] + lengths)
  }
}
