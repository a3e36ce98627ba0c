internal import Foundation

/// Fits a rising curve to the logits of held rows of two classes, whatever its shape.
///
/// ```
/// rows by logit     - - + - | - + + - | + + - + +      blocks whose share of positives rises
/// knots                 x         x         x          at each block's mean logit
/// ```
/// Neighbours whose means do not rise are pooled until they do, and a line through the centres of
/// the blocks joins them, so that rows keep their order and no jump parts two almost equal scores.
/// Blocks whose centres are closer than 1/64 of the logits' range are pooled too: it bounds the
/// slope, and with it what float32 can lose. The targets are Platt's, off 0 and 1.
///
/// Sources: Ayer et al., "An empirical distribution function for sampling with incomplete
/// information" (1955), the pooling; Zadrozny and Elkan, "Transforming classifier scores into
/// accurate multiclass probability estimates" (2002), its use; Oron and Flournoy, "Centered
/// isotonic regression" (2017), the line through the centres.
public enum IsotonicScaling {
  /// Rows that are given one value.
  struct Block {
    var weight: Double
    var x: Double
    var y: Double

    /// Takes in the next block, at the mean of both.
    mutating func pool(_ other: Block) {
      let sum = weight + other.weight
      x += (other.x - x) * other.weight / sum
      y += (other.y - y) * other.weight / sum
      weight = sum
    }
  }

  /// Returns the knots of the curve, ascending in both coordinates.
  ///
  /// - Parameters:
  ///   - logits: one for each row.
  ///   - targets: 0 or 1 for each row.
  /// - Returns: at least one and at most 65 knots.
  /// - Complexity: O(n log n).
  public static func knots(logits: [Float], targets: [Float]) -> [LogitMap.Knot] {
    precondition(
      !targets.isEmpty && logits.count == targets.count,
      "\(logits.count) logits for \(targets.count) targets")
    let goals = PlattScaling.smoothed(targets)
    let order = logits.indices.sorted { logits[$0] < logits[$1] }
    let range = Double(logits[order[order.count - 1]]) - Double(logits[order[0]])
    var ties: [Block] = []
    for row in order {
      let block = Block(weight: 1, x: Double(logits[row]), y: goals[row])
      if let last = ties.last, last.x == block.x {
        ties[ties.count - 1].pool(block)
      } else {
        ties.append(block)
      }
    }
    var blocks: [Block] = []
    for block in ties {
      blocks.append(block)
      while blocks.count > 1, blocks[blocks.count - 2].y >= blocks[blocks.count - 1].y {
        let last = blocks.removeLast()
        blocks[blocks.count - 1].pool(last)
      }
    }
    var spread: [Block] = []
    for block in blocks {
      if let last = spread.last, block.x - last.x < range / 64 {
        spread[spread.count - 1].pool(block)
      } else {
        spread.append(block)
      }
    }
    return spread.map { LogitMap.Knot(x: $0.x, y: log($0.y / (1 - $0.y))) }
  }
}
