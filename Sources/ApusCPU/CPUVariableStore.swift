internal import ApusCompute

/// Variables in one aligned block of memory.
///
/// Plans hold addresses into the block; `Plan`'s rule that a store's users take turns makes it
/// safe to share.
final class CPUVariableStore: VariableStore {
  let layout: VariableLayout
  let memory: AlignedBuffer

  init(_ memory: consuming AlignedBuffer, _ variables: [Variable]) {
    self.layout = VariableLayout(variables)
    self.memory = memory
  }

  func write(_ values: Span<Float>, to name: String) throws(ComputeError) {
    let range = try layout.range(of: name, count: values.count)
    memory.withMutableElements(range) { elements in
      for index in values.indices { elements[index] = values[index] }
    }
  }

  func read(_ name: String, into values: inout [Float]) throws(ComputeError) {
    memory.withElements(try layout.range(of: name)) { elements in
      values.resize(to: elements.count)
      var span = values.mutableSpan
      for index in elements.indices { span[index] = elements[index] }
    }
  }
}
