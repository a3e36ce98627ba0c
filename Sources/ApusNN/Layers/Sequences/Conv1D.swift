public import ApusCompute

/// A convolution along the steps of a row:
/// `y[t] = activation(b + sum over i, c of x[stride t + i - before, c] W[i, c])`.
///
/// Shapes: x rows x steps x channels, W (`weight`) (window channels) x filters, the window's places
/// outermost, b (`bias`) filters, y rows x steps' x filters. PyTorch's weight is filters x channels
/// x window. With `same` padding and stride 1, a row keeps its length; else all steps of y count.
/// What stands behind a row's length is seen as it is: zeros where x comes from an embedding.
/// Source: LeCun et al., "Backpropagation Applied to Handwritten Zip Code Recognition", 1989, as
/// one product (Chellapilla et al. 2006).
public struct Conv1D: Layer, Hashable {
  /// The number of outputs at each place.
  public let filters: Int
  /// The steps that an output sees.
  public let window: Int
  /// The distance of two windows.
  public let stride: Int
  /// What is done at the ends.
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
      "a convolution with \(filters) filters of \(window) steps, each \(stride) steps")
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
    let axis = Windows.Axis(
      try network.graph.steps(of: input), window: window, stride: stride, padding: padding)
    let windows = try network.graph.windows(of: input, horizontal: axis)
    let convolved = try Dense(filters, activation: activation)
      .append(to: windows, named: name, in: &network)
    return try network.graph.add(.reshape(.batch(axis.count, filters)), [convolved])
  }
}
