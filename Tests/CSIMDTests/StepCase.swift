import ApusRandom
import CSIMD

/// One step and the values of its tensors, still without places.
struct StepCase {
  /// What the step is, for messages.
  let name: String
  /// The step, all of whose places are absent.
  var step: apus_step
  /// The rows of the batch.
  var rows = 1
  /// The operands in the step's order.
  var operands: [[Float]]
  /// The bias of a product.
  var bias: [Float]?
  /// The optimizer's slots, which are changed in place.
  var slots: [[Float]] = []
  /// The result's elements before the step.
  var result: [Float]

  /// A step whose result is written whole.
  init(_ name: String, _ operation: apus_operation, operands: [[Float]], resultCount: Int) {
    self.name = name
    step = apus_step()
    step.operation = operation
    self.operands = operands
    result = [Float](repeating: GuardedMemory.padding, count: resultCount)
  }

  /// Runs the step with every tensor at a guard page.
  ///
  /// - Parameters:
  ///   - level: The instruction set level.
  ///   - side: Which end of each tensor lies at a guard.
  ///   - pool: The threads.
  /// - Returns: The bits of everything that the step writes, and what it touched by mistake.
  func run(
    _ level: Level, _ side: GuardedMemory.Side, pool: Pool
  ) -> (bits: [UInt32], isFinite: Bool, fault: String?) {
    let memory = GuardedMemory(side)
    var step = step
    let places = operands.enumerated().map { memory.add("operand \($0)", $1).place }
    if let first = places.first { step.operands.0 = first }
    if places.count > 1 { step.operands.1 = places[1] }
    if places.count > 2 { step.operands.2 = places[2] }
    if let bias { step.bias = memory.add("bias", bias).place }
    let slots = slots.enumerated().map { memory.add("slot \($0)", $1) }
    if let first = slots.first { step.slots.0 = first.place }
    if slots.count > 1 { step.slots.1 = slots[1].place }
    let scratch = scratchCount(level, pool)
    if scratch > 0 { step.scratch = memory.add("scratch", count: scratch).place }
    let result = memory.add("result", result)
    step.result = result.place
    unsafe apus_run(level.isa, &step, 1, rows, memory.base, memory.base, pool.handle)
    let written = ([result] + slots).flatMap(memory.read)
    return (written.map(\.bitPattern), written.allSatisfy(\.isFinite), memory.fault())
  }

  private func scratchCount(_ level: Level, _ pool: Pool) -> Int {
    guard [APUS_MATMUL_NN, APUS_MATMUL_NT, APUS_MATMUL_TN].contains(step.operation) else {
      return 0
    }
    return apus_matmul_scratch(
      level.isa, step.operation, step.m.fixed, step.n, step.k.fixed, pool.threads)
  }
}

/// Seeded numbers in -1..<1.
struct Numbers {
  private var stream: UInt64 = 0

  /// The next `count` numbers.
  mutating func next(_ count: Int) -> [Float] {
    stream += 1
    let random = Philox(seed: 91, stream: stream)
    return (0..<count).map { 2 * random.uniform($0) - 1 }
  }
}

/// Extents around the widths of vectors and tiles.
let edges = [1, 2, 3, 7, 8, 15, 16, 17, 31, 33, 64, 65, 127, 130]
