/// The windows of a picture or a sequence, laid out so that a convolution is a product.
///
/// ```
/// x  height x width x channels        result  outputHeight x outputWidth x (window channels)
///
///   | a b | c                           row 0:  a b d e        a window's elements row by row,
///   | d e | f                           row 1:  b c e f        all channels of each
///     g h   i                           ...
/// ```
/// A convolution with a weight of (windowHeight windowWidth channels) x filters is then one matrix
/// product over all places of all rows (Chellapilla et al. 2006). A sequence has height 1. Places
/// outside of x hold zeros.
public struct Windows: Hashable, Sendable {
  /// What is done at the borders.
  public enum Padding: String, Hashable, Sendable, Codable, CaseIterable {
    /// Only whole windows: `(extent - window) / stride + 1` places.
    case valid
    /// `extent / stride` places, rounded up, with half of what is missing, rounded down, before.
    case same
  }

  /// One direction: an extent of x, and the windows along it.
  public struct Axis: Hashable, Sendable, Codable {
    /// The extent of x.
    public let extent: Int
    /// The extent of a window.
    public let window: Int
    /// The distance of two windows.
    public let stride: Int
    /// What is done at the borders.
    public let padding: Padding

    /// Describes a direction.
    public init(_ extent: Int, window: Int = 1, stride: Int = 1, padding: Padding = .valid) {
      self.extent = extent
      self.window = window
      self.stride = stride
      self.padding = padding
    }

    /// The number of windows; below 1 where none fits.
    public var count: Int {
      switch padding {
      case .valid: extent < window ? 0 : (extent - window) / stride + 1
      case .same: (extent + stride - 1) / stride
      }
    }

    /// The places before x that the first window covers.
    public var before: Int {
      padding == .valid ? 0 : max((count - 1) * stride + window - extent, 0) / 2
    }

    var isSound: Bool { extent > 0 && window > 0 && stride > 0 && count > 0 }
  }

  /// From top to bottom.
  public let vertical: Axis
  /// From left to right, or from the first step to the last.
  public let horizontal: Axis
  /// The numbers at each place.
  public let channels: Int

  /// Describes windows.
  ///
  /// - Returns: nil where no window fits, or an extent is not positive.
  public init?(vertical: Axis = Axis(1), horizontal: Axis, channels: Int) {
    let columns = Double(vertical.window) * Double(horizontal.window) * Double(channels)
    // The bound keeps every product of two extents far from overflow.
    guard vertical.isSound, horizontal.isSound, channels > 0,
      columns * Double(vertical.count) * Double(horizontal.count) < 0x1p40
    else { return nil }
    self.vertical = vertical
    self.horizontal = horizontal
    self.channels = channels
  }

  /// The elements of a window.
  public var columns: Int { vertical.window * horizontal.window * channels }
  /// The shape of x.
  public var inputShape: Shape { .batch(vertical.extent, horizontal.extent, channels) }
  /// The shape of the windows.
  public var shape: Shape { .batch(vertical.count, horizontal.count, columns) }
}

extension Windows: Codable {
  private enum CodingKeys: CodingKey { case vertical, horizontal, channels }

  /// Reads windows; a file with windows that do not fit is refused.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    let vertical = try container.decode(Axis.self, forKey: .vertical)
    let horizontal = try container.decode(Axis.self, forKey: .horizontal)
    let channels = try container.decode(Int.self, forKey: .channels)
    let bound = 1 << 20
    let extents = [vertical, horizontal].flatMap { [$0.extent, $0.window, $0.stride] }
    guard (extents + [channels]).allSatisfy({ $0 <= bound }),
      let windows = Windows(vertical: vertical, horizontal: horizontal, channels: channels)
    else {
      throw DecodingError.dataCorruptedError(
        forKey: .horizontal, in: container,
        debugDescription: "no windows of \(horizontal) by \(vertical), \(channels) channels")
    }
    self = windows
  }
}

extension Windows: CustomStringConvertible {
  /// The window's extents and, where they are not 1, the strides.
  public var description: String {
    let strides =
      vertical.stride * horizontal.stride == 1
      ? "" : " by \(vertical.stride) x \(horizontal.stride)"
    return "windows of \(vertical.window) x \(horizontal.window)\(strides)"
  }
}
