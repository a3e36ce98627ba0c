internal import ApusCompute
internal import ApusNN

extension Trainer {
  /// Writes what the seed says a run begins with.
  ///
  /// - Throws: `ComputeError` when the device fails.
  func writeInitialValues() throws(ComputeError) {
    for (name, values) in network.initialValues(seed: configuration.seed) {
      try store.write(values.span, to: name)
    }
    for slot in training.slots {
      let values = [Float](repeating: slot.initialValue, count: slot.variable.count)
      try store.write(values.span, to: slot.variable.name)
    }
  }

  /// Writes variables by name.
  ///
  /// - Throws: `ComputeError` when there is no such variable.
  func write(_ values: Checkpoint.Values) throws(ComputeError) {
    for (name, values) in values { try store.write(values.span, to: name) }
  }

  /// Brings `values` up to date with the parameters, in the memory that they have.
  ///
  /// - Throws: `ComputeError` when the device fails.
  func readWeights(into values: inout Checkpoint.Values) throws(ComputeError) {
    try read(network.parameters.lazy.map(\.variable), into: &values)
  }

  /// Brings `values` up to date with the parameters and the optimizer's slots, likewise.
  ///
  /// - Throws: `ComputeError` when the device fails.
  func readVariables(into values: inout Checkpoint.Values) throws(ComputeError) {
    try read(training.variables, into: &values)
  }

  private func read(
    _ variables: some Sequence<Variable>, into values: inout Checkpoint.Values
  ) throws(ComputeError) {
    for variable in variables {
      // Taken out, so that the array has one owner and is written where it is.
      var elements = values.removeValue(forKey: variable.name) ?? []
      try store.read(variable.name, into: &elements)
      values[variable.name] = elements
    }
  }
}
