public import ApusCompute

/// A layer that says where it was written when it does not fit.
public struct PlacedLayer: Layer {
  private let layer: any Layer
  private let name: String
  private let place: String

  /// Marks a layer.
  ///
  /// - Parameters:
  ///   - layer: what is appended.
  ///   - name: what it is called there, such as `dense`.
  ///   - place: where it stands, such as `net.yaml:3:5`.
  public init(_ layer: any Layer, named name: String, at place: String) {
    self.layer = layer
    self.name = name
    self.place = place
  }

  /// Appends the layer.
  public func append(
    to input: Graph.NodeID,
    named name: String,
    in network: inout Network
  ) throws(ComputeError) -> Graph.NodeID {
    do {
      return try layer.append(to: input, named: name, in: &network)
    } catch {
      let shape = network.graph[input].shape
      throw error.at(place, "\(self.name) does not fit what comes to it, \(shape)")
    }
  }
}

extension ComputeError {
  /// This error behind its place and what did not work there.
  func at(_ place: String, _ sentence: String) -> ComputeError {
    ComputeError(code, "\(place): \(sentence): \(message)", cause: cause)
  }
}
