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

  /// The parameters.
  ///
  /// - Throws: `ComputeError` when the device fails.
  func weights() throws(ComputeError) -> Checkpoint.Values {
    try values(of: network.parameters.map(\.variable))
  }

  /// The parameters and the optimizer's slots.
  ///
  /// - Throws: `ComputeError` when the device fails.
  func variableValues() throws(ComputeError) -> Checkpoint.Values {
    try values(of: training.variables)
  }

  private func values(of variables: [Variable]) throws(ComputeError) -> Checkpoint.Values {
    var values: Checkpoint.Values = [:]
    for variable in variables { values[variable.name] = try store.read(variable.name) }
    return values
  }
}
