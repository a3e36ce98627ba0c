public import ApusCompute

/// A convolution over a picture:
/// `y[i, j] = activation(b + sum over k, l, c of x[stride i + k - top, stride j + l - left, c] W)`.
///
/// Shapes: x rows x height x width x channels, W (`weight`) (window window channels) x filters, the
/// window's rows outermost, b (`bias`) filters, y rows x height' x width' x filters. PyTorch's
/// weight is filters x channels x window x window, and its pictures have the channels first.
/// Source: as for `Conv1D`.
public struct Conv2D: Layer, Hashable {
  /// The number of outputs at each place.
  public let filters: Int
  /// The height and width of what an output sees.
  public let window: Int
  /// The distance of two windows in both directions.
  public let stride: Int
  /// What is done at the borders.
  public let padding: Windows.Padding
  /// The function applied to each output.
  public let activation: Activation

  /// Makes a layer.
  ///
  /// - Precondition: filters, window and stride are positive.
  public init(
    _ filters: Int,
    window: Int,
    stride: Int = 1,
    padding: Windows.Padding = .valid,
    activation: Activation = .identity
  ) {
    precondition(
      filters > 0 && window > 0 && stride > 0,
      "a convolution with \(filters) filters of \(window) x \(window), each \(stride) places")
    self.filters = filters
    self.window = window
    self.stride = stride
    self.padding = padding
    self.activation = activation
  }

  /// Appends the windows, the product and the activation.
  public func append(
    to input: Graph.NodeID,
    named name: String,
    in network: inout Network
  ) throws(ComputeError) -> Graph.NodeID {
    let extents = try network.graph.picture(input)
    func axis(_ extent: Int) -> Windows.Axis {
      Windows.Axis(extent, window: window, stride: stride, padding: padding)
    }
    let windows = try network.graph.windows(
      of: input, vertical: axis(extents.height), horizontal: axis(extents.width))
    return try Dense(filters, activation: activation)
      .append(to: windows, named: name, in: &network)
  }
}
