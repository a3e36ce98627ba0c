import CSIMD
import Testing

/// Steps whose tensors lie at guard pages: none may touch a byte beside them, and what lies there
/// may not change a bit.
@Suite("Guard pages", .serialized)
struct GuardPageTests {
  private static let alone = Pool(threads: 1)
  private static let shared = Pool(threads: 2)

  @Test("the guards work")
  func guards() {
    for side in GuardedMemory.Side.allCases {
      for (offset, message) in [
        (-1, "x was touched 1 before its 3 elements"),
        (3, "x was touched 1 behind its 3 elements"),
      ] {
        let memory = GuardedMemory(side)
        let x = memory.add("x", [1, 2, 3])
        #expect(memory.fault() == nil)
        let touchesGuard = (offset < 0) == (side == .start)
        unsafe memory.base[x.range.lowerBound + offset] = 4
        #expect(memory.fault() == (touchesGuard ? message : "x was written beside its 3 elements"))
        #expect(memory.read(x) == [1, 2, 3])
      }
    }
  }

  @Test("products of every pair of edge extents", arguments: Level.all)
  func products(_ level: Level) {
    var numbers = Numbers()
    var variation = 0
    for operation in [APUS_MATMUL_NN, APUS_MATMUL_NT, APUS_MATMUL_TN] {
      for (index, m) in edges.enumerated() {
        for n in edges {
          for turn in [n, n + 7] {
            variation += 1
            let k = edges[(index * 5 + turn) % edges.count]
            check(product(operation, m, n, k, variation: variation, &numbers), level)
          }
        }
      }
    }
  }

  /// One row that is streamed, one column, and extents around the blocks of large products.
  private static let large = [
    (1, 300, 101), (1, 101, 300), (301, 1, 100), (13, 800, 33), (97, 33, 400), (50, 769, 385),
    (200, 130, 769), (12, 129, 65), (14, 128, 65), (260, 150, 700), (50, 2081, 65),
  ]

  @Test("products on every path, on one thread and on two", arguments: Level.all)
  func largeProducts(_ level: Level) {
    var numbers = Numbers()
    for operation in [APUS_MATMUL_NN, APUS_MATMUL_NT, APUS_MATMUL_TN] {
      for (m, n, k) in Self.large {
        for variation in [0, 13] {
          let product = product(operation, m, n, k, variation: variation, &numbers)
          check(product, level, pools: [Self.alone, Self.shared])
        }
      }
    }
  }

  private func product(
    _ operation: apus_operation, _ m: Int, _ n: Int, _ k: Int, variation: Int,
    _ numbers: inout Numbers
  ) -> StepCase {
    let operands = [numbers.next(m * k), numbers.next(k * n)]
    let name = "operation \(operation.rawValue) \(m) x \(n) x \(k) variation \(variation)"
    var product = StepCase(name, operation, operands: operands, resultCount: m * n)
    product.step.m.fixed = m
    product.step.n = n
    product.step.k.fixed = k
    if variation % 2 == 1 { product.bias = numbers.next(n) }
    product.step.activation = apus_activation(rawValue: Int32(variation / 6 % 6))
    switch variation % 3 {
    case 1: product.step.epilogue = APUS_EPILOGUE_ACTIVATION
    case 2:
      product.step.epilogue = APUS_EPILOGUE_GRADIENT
      // The third operand, where the kernels look for it.
      product.operands.append(numbers.next(m * n))
    default: break
    }
    return product
  }

  @Test("elementwise steps with every broadcast", arguments: Level.all)
  func elementwise(_ level: Level) {
    var numbers = Numbers()
    for n in edges {
      let m = 3
      let x = numbers.next(m * n)
      for variant in 0..<4 {
        for (broadcast, count) in [
          (APUS_BROADCAST_NONE, m * n), (APUS_BROADCAST_ROW, n), (APUS_BROADCAST_SCALAR, 1),
        ] {
          var step = StepCase(
            "binary \(variant) of \(m) x \(n), b of \(count)", APUS_BINARY,
            operands: [x, numbers.next(count)], resultCount: m * n)
          step.step.broadcast = broadcast
          check(step.of(m, n, variant: variant), level)
        }
      }
      for variant in 0..<6 {
        let activation = StepCase(
          "activation \(variant) of \(m) x \(n)", APUS_ACTIVATION, operands: [x],
          resultCount: m * n)
        check(activation.of(m, n, variant: variant), level)
        let gradient = StepCase(
          "activation gradient \(variant) of \(m) x \(n)", APUS_ACTIVATION_GRADIENT,
          operands: [x, numbers.next(m * n)], resultCount: m * n)
        check(gradient.of(m, n, variant: variant), level)
      }
    }
  }

  @Test("reductions, broadcasts and softmax", arguments: Level.all)
  func rows(_ level: Level) {
    var numbers = Numbers()
    for n in edges {
      for m in [1, 2, 255, 257] {
        let x = numbers.next(m * n)
        for (axis, count) in [(APUS_AXIS_ROWS, n), (APUS_AXIS_COLUMNS, m), (APUS_AXIS_ALL, 1)] {
          for mean in [false, true] {
            let name = "over axis \(axis.rawValue) of \(m) x \(n), mean \(mean)"
            var reduction = StepCase(
              "reduction \(name)", APUS_REDUCE, operands: [x], resultCount: count)
            reduction.step.mean = mean
            check(reduction.of(m, n, variant: Int(axis.rawValue)), level)
            var broadcast = StepCase(
              "broadcast \(name)", APUS_BROADCAST, operands: [numbers.next(count)],
              resultCount: m * n)
            broadcast.step.mean = mean
            check(broadcast.of(m, n, variant: Int(axis.rawValue)), level)
          }
        }
        let softmax = StepCase(
          "softmax of \(m) x \(n)", APUS_SOFTMAX, operands: [x], resultCount: m * n)
        check(softmax.of(m, n), level)
      }
    }
  }

  @Test("losses and their gradients", arguments: Level.all)
  func losses(_ level: Level) {
    var numbers = Numbers()
    for n in edges {
      for m in [1, 3, 255, 257] {
        for loss in [
          APUS_MEAN_SQUARED_ERROR, APUS_MEAN_ABSOLUTE_ERROR, APUS_BINARY_CROSS_ENTROPY,
          APUS_SOFTMAX_CROSS_ENTROPY,
        ] {
          let prediction = numbers.next(m * n)
          let target =
            loss == APUS_SOFTMAX_CROSS_ENTROPY
            ? (0..<m).map { Float($0 % n) } : numbers.next(m * n).map { abs($0) }
          let value = StepCase(
            "loss \(loss.rawValue) of \(m) x \(n)", APUS_LOSS, operands: [prediction, target],
            resultCount: 1)
          check(value.of(m, n, variant: Int(loss.rawValue)), level)
          let gradient = StepCase(
            "loss gradient \(loss.rawValue) of \(m) x \(n)", APUS_LOSS_GRADIENT,
            operands: [prediction, target, [0.5]], resultCount: m * n)
          check(gradient.of(m, n, variant: Int(loss.rawValue)), level)
        }
      }
    }
  }

  @Test("optimizer steps", arguments: Level.all)
  func updates(_ level: Level) {
    var numbers = Numbers()
    for count in edges {
      for (rule, slots) in [
        (APUS_SGD, 0), (APUS_MOMENTUM, 1), (APUS_NESTEROV, 1), (APUS_ADAGRAD, 1),
        (APUS_RMSPROP, 1), (APUS_ADAM, 2), (APUS_FTRL, 2),
      ] {
        var update = StepCase(
          "update \(rule.rawValue) of \(count)", APUS_UPDATE,
          operands: [numbers.next(count), [0.01, 1, 1]], resultCount: 0)
        update.result = numbers.next(count)
        update.slots = (0..<slots).map { _ in numbers.next(count).map { abs($0) } }
        update.step.parameters = (0.9, 0.99, 1e-7, 0.01, 0.02, 0.03)
        check(update.of(1, count, variant: Int(rule.rawValue)), level)
      }
    }
  }

  /// Runs a step with its tensors begun and ended at guards, on each of the pools: it must touch
  /// nothing else, write every element, and write the same bits each time.
  private func check(_ step: StepCase, _ level: Level, pools: [Pool] = [Self.alone]) {
    var expected: [UInt32]?
    for side in GuardedMemory.Side.allCases {
      for pool in pools {
        let outcome = step.run(level, side, pool: pool)
        let message = "\(step.name) on \(level.name), \(pool.threads) threads, guard at \(side)"
        #expect(outcome.fault == nil, "\(message)")
        #expect(outcome.isFinite, "\(message): NaN came in from outside, or was left")
        let isSame = outcome.bits == expected ?? outcome.bits
        #expect(isSame, "\(message): other bits than elsewhere")
        expected = outcome.bits
      }
    }
  }
}

extension StepCase {
  /// This step on a matrix of `m` rows and `n` columns.
  fileprivate func of(_ m: Int, _ n: Int, variant: Int = 0) -> StepCase {
    var copy = self
    copy.step.m.fixed = m
    copy.step.n = n
    copy.step.variant = Int32(variant)
    return copy
  }
}
