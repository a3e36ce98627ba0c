internal import ApusCompute

extension NamedNet {
  /// A net that is put together as it is described.
  ///
  /// - Parameters:
  ///   - description: its parts.
  ///   - name: what to call it, such as the path of the file that describes it.
  public init(describedBy description: NetDescription, named name: String) {
    self.init(name, "put together from \(description.parts.count) parts") {
      DescribedNet(description: description, settings: $0)
    }
  }
}

/// A description that has met its columns.
struct DescribedNet: Layer {
  let description: NetDescription
  let settings: NetSettings

  /// What a part has become.
  struct Value {
    /// Vectors each by itself, or one node; nothing where there are no such columns.
    var nodes: [Graph.NodeID]
    /// Whether it is numeric columns as they are.
    var isNumbers = false
  }

  func append(
    to input: Graph.NodeID,
    named name: String,
    in network: inout Network
  ) throws(ComputeError) -> Graph.NodeID {
    var values: [Value] = []
    for part in description.parts {
      let prefix = part.name.map { "\(name).\($0)" } ?? name
      var value = try source(of: part, input, values, named: prefix, in: &network)
      if !part.steps.isEmpty, !value.nodes.isEmpty {
        var result = try joined(value.nodes, by: .concatenate, for: part, in: &network)
        for (index, step) in part.steps.enumerated() {
          let layer: any Layer =
            switch step {
            case .layer(let layer): layer
            case .output(let place):
              PlacedLayer(Dense(settings.outputs), named: "output", at: place)
            }
          result = try layer.append(to: result, named: "\(prefix).\(index)", in: &network)
        }
        value = Value(nodes: [result])
      }
      values.append(value)
    }
    return try result(of: values, in: &network)
  }

  /// The net's raw outputs, which are what the loss expects.
  private func result(
    of values: [Value], in network: inout Network
  ) throws(ComputeError) -> Graph.NodeID {
    let part = description.parts[description.parts.count - 1]
    let nodes = values[values.count - 1].nodes
    guard nodes.count == 1, network.graph[nodes[0]].shape == .batch(settings.outputs) else {
      let shapes = nodes.map { "\(network.graph[$0].shape)" }.joined(separator: ", ")
      throw ComputeError(
        .shapeMismatch,
        "\(part.place): expected a net that ends with rows x \(settings.outputs), the outputs that"
          + " the label and the loss ask for, found \(shapes.isEmpty ? "no columns" : shapes)")
    }
    return nodes[0]
  }

  /// Makes one node of several, and says where that fails.
  func joined(
    _ nodes: [Graph.NodeID], by joint: Branches.Joint, for part: NetDescription.Part,
    in network: inout Network
  ) throws(ComputeError) -> Graph.NodeID {
    guard joint != .dot || nodes.count == 2 else {
      throw ComputeError(
        .shapeMismatch, "\(part.place): expected two results for dot, found \(nodes.count)")
    }
    do {
      return try network.graph.join(nodes, by: joint)
    } catch {
      throw error.at(part.place, "its parts cannot be joined")
    }
  }
}
