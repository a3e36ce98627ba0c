internal import ApusCompute

/// The features of a row taken apart by field: numbers, and a vector for each field of identifiers.
///
/// ```
/// | 0.3 -1.2 | 17 | 4 9 -1 |      numbers  | 0.3 -1.2 |
///   numeric    id   ids           vectors  table0[17],  mean(table1[4], table1[9])
/// ```
struct FieldReader {
  /// The node of the features.
  let features: Graph.NodeID
  /// The fields that are read.
  let fields: [InputField]

  /// Appends the numeric columns side by side.
  ///
  /// - Parameter network: the network under construction.
  /// - Returns: a node of rows x numeric columns, or nil where there are none.
  /// - Throws: `ComputeError.shapeMismatch` when a field lies outside the features.
  func numbers(in network: inout Network) throws(ComputeError) -> Graph.NodeID? {
    var runs: [Range<Int>] = []
    for field in fields where field.kind == .numeric && !field.columns.isEmpty {
      if let last = runs.last, last.upperBound == field.columns.lowerBound {
        runs[runs.count - 1] = last.lowerBound..<field.columns.upperBound
      } else {
        runs.append(field.columns)
      }
    }
    var parts: [Graph.NodeID] = []
    for run in runs { parts.append(try slice(run, in: &network)) }
    return parts.isEmpty ? nil : try network.graph.join(parts, by: .concatenate)
  }

  /// Appends a table for each field of identifiers; of several identifiers the mean counts.
  ///
  /// - Parameters:
  ///   - width: the numbers in a vector.
  ///   - initializer: how the tables start.
  ///   - name: the prefix of the tables' names, which the place of the field follows.
  ///   - network: the network under construction.
  /// - Returns: a node of rows x width for each field of identifiers, in order.
  /// - Throws: `ComputeError.shapeMismatch` when a field lies outside the features.
  func vectors(
    width: Int, initializer: Initializer = .uniform(limit: 0.05), named name: String,
    in network: inout Network
  ) throws(ComputeError) -> [Graph.NodeID] {
    var vectors: [Graph.NodeID] = []
    for (index, field) in fields.enumerated() {
      guard let vocabulary = field.vocabulary else { continue }
      let layer = Embedding(
        vocabulary: vocabulary, width: width,
        combiner: field.columns.count == 1 ? .concatenate : .mean, initializer: initializer)
      let identifiers = try slice(field.columns, in: &network)
      vectors.append(try layer.append(to: identifiers, named: "\(name).\(index)", in: &network))
    }
    return vectors
  }

  private func slice(
    _ columns: Range<Int>, in network: inout Network
  ) throws(ComputeError) -> Graph.NodeID {
    try Slice(columns).append(to: features, named: "", in: &network)
  }
}

extension InputField {
  /// The number of identifiers, or nil where the columns are numbers.
  var vocabulary: Int? {
    switch kind {
    case .numeric: nil
    case .identifiers(let vocabulary), .sequence(let vocabulary): vocabulary
    }
  }
}
