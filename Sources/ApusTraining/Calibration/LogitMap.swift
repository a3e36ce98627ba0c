internal import Foundation

/// What a calibration does to a logit.
public enum LogitMap: Hashable, Sendable {
  /// `scale z + shift`.
  case affine(scale: Double, shift: Double)
  /// A line through knots, of slope 1 before the first and behind the last.
  case piecewise([Knot])

  /// A logit, and what becomes of it.
  public struct Knot: Hashable, Sendable {
    /// The logit.
    public let x: Double
    /// What it becomes.
    public let y: Double

    /// Pairs two logits.
    public init(x: Double, y: Double) {
      self.x = x
      self.y = y
    }
  }

  /// The calibrated logit of `z`.
  public func callAsFunction(_ z: Double) -> Double {
    switch self {
    case .affine(let scale, let shift): return scale * z + shift
    case .piecewise(let knots):
      guard let above = knots.firstIndex(where: { z < $0.x }), above > 0 else {
        let nearest = z < knots[0].x ? knots[0] : knots[knots.count - 1]
        return nearest.y + (z - nearest.x)
      }
      let (left, right) = (knots[above - 1], knots[above])
      return left.y + (z - left.x) * (right.y - left.y) / (right.x - left.x)
    }
  }

  /// The calibrated probability of a logit: `sigmoid(self(z))`.
  public func probability(_ z: Double) -> Double { 1 / (1 + exp(-self(z))) }

  /// The dense layers that it adds to a net.
  var layers: Int {
    switch self {
    case .affine: 0
    case .piecewise: 2
    }
  }
}
