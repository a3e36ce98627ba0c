import CSIMD
import Testing

extension GuardPageTests {
  private static let batches = [1, 2, 3, 4, 5, 7, 12, 13, 49, 100]

  @Test("nets of every edge width, in batches of every kind", arguments: Level.all)
  func nets(_ level: Level) {
    var numbers = Numbers()
    for (index, width) in edges.enumerated() {
      let outputs = edges[(index * 3 + 1) % edges.count]
      for widths in [[width, 33, outputs], [outputs, width, 1], [width, outputs], [width, 1]] {
        let activation = apus_activation(rawValue: Int32(index % 6))
        let net = NetCase(widths, activation, softmax: index % 2 == 0, &numbers)
        check(net, level, batches: Self.batches, &numbers)
      }
    }
  }

  @Test("wide nets, and batches that are shared among threads", arguments: Level.all)
  func wideNets(_ level: Level) {
    var numbers = Numbers()
    for widths in [[5, 2048, 2], [300, 513, 17, 1], [31, 200, 100, 3]] {
      let net = NetCase(widths, APUS_RELU, softmax: false, &numbers)
      check(net, level, batches: [1, 50, 300], &numbers)
    }
  }

  /// Scores batches with all tensors begun and ended at guards: nothing else may be touched, every
  /// score is finite, and a row's bits are the same in each batch.
  private func check(
    _ net: NetCase, _ level: Level, batches: [Int], _ numbers: inout Numbers
  ) {
    let inputs = net.widths[0], outputs = net.widths[net.widths.count - 1]
    let features = numbers.next((batches.max() ?? 0) * inputs)
    var first: [UInt32] = []
    for rows in batches.reversed() {
      for side in GuardedMemory.Side.allCases {
        for threads in rows > 100 ? [1, 2] : [1] {
          let message =
            "\(net.widths) activation \(net.activation.rawValue) softmax \(net.softmax),"
            + " \(rows) rows on \(level.name), \(threads) threads, guard at \(side)"
          let (scores, fault) = net.score(
            Array(features[..<(rows * inputs)]), rows: rows, level, side,
            pool: Pool(threads: threads))
          #expect(fault == nil, "\(message)")
          let isFinite = scores.allSatisfy(\.isFinite)
          #expect(isFinite, "\(message): NaN came in from outside, or was left")
          let bits = scores.map(\.bitPattern)
          if first.isEmpty { first = bits }
          let isSame = bits[...] == first[..<(rows * outputs)]
          #expect(isSame, "\(message): other bits than elsewhere")
        }
      }
    }
  }
}
