/// Elements that are set to 0 by chance, and the others scaled up so that the mean stays.
///
/// ```
/// y[i] = x[i] / (1 - rate) where word i of the stream is at least rate 2³², else 0
/// ```
/// The words are those of Philox4x32-10: word `i % 4` of the block with the counter `i / 4`, the
/// step, and the number of the mask, and with the run's seed as its key. So a mask is never stored:
/// the backward pass draws it again, every device draws the same integers, and a resumed run draws
/// what an uninterrupted one would have. Source: Srivastava et al., "Dropout", JMLR 2014.
public struct DropoutMask: Hashable, Sendable, Codable {
  /// The share of elements that are dropped, from 0 to below 1.
  public let rate: Float
  /// A number that no other mask of the graph has.
  public let number: UInt32

  /// Makes a mask.
  ///
  /// - Precondition: the rate is from 0 to below 1.
  public init(rate: Float, number: UInt32) {
    precondition(0..<1 ~= rate, "a rate of dropout from 0 to below 1, not \(rate)")
    self.rate = rate
    self.number = number
  }

  /// The least word that is kept.
  public var threshold: UInt32 { UInt32(Double(rate) * 0x1p32) }
  /// The factor of what is kept.
  public var scale: Float { 1 / (1 - rate) }
  /// The uppermost word of the counter; parameters and shuffles draw without this bit.
  public var stream: UInt32 { 0x8000_0000 | number }

  /// The shape of the draw operand: seed and step in pieces of 16 bits, the lowest first, which a
  /// float holds exactly.
  public static let drawShape = Shape.fixed(6)

  /// Appends the draw operand of a step, the elements of an input of `drawShape`.
  ///
  /// - Parameters:
  ///   - values: where they are put behind what there is.
  ///   - seed: the run's seed.
  ///   - step: the number of the step; it repeats after 2³² steps.
  public static func appendDraw(to values: inout [Float], seed: UInt64, step: Int) {
    for piece in 0..<4 { values.append(Float(seed >> UInt64(16 * piece) & 0xFFFF)) }
    for piece in 0..<2 { values.append(Float(step >> (16 * piece) & 0xFFFF)) }
  }

  func shape(of operands: [Shape]) throws(ComputeError) -> Shape {
    // A file may hold any rate.
    guard operands[1] == Self.drawShape, 0..<1 ~= rate else {
      throw Operation.dropout(self).mismatch(operands)
    }
    return operands[0]
  }
}
