internal import ApusCompute
internal import CSIMD

extension SequenceOperation {
  /// The step that computes this operation, still without places.
  ///
  /// - Parameter operands: the shapes of the operands.
  /// - Returns: a step with its operation, variant and sizes.
  func step(_ operands: [Shape]) -> apus_step {
    var step = apus_step()
    step.m = Extent.batch.lowered
    switch self {
    case .length:
      step.operation = APUS_LENGTH
      step.set([operands[0].columns])
    case .recurrence(let recurrence):
      step.operation = APUS_RECURRENCE
      step.variant = recurrence.cell.lowered.rawValue
      step.set([operands[0].dimensions[0], recurrence.units])
    case .states(let recurrence, let states):
      step.operation = APUS_STATES
      step.variant = states.lowered.rawValue
      step.set([operands[0].dimensions[0], recurrence.units, recurrence.slots])
    case .recurrenceGradient(let recurrence, let states):
      step.operation = APUS_RECURRENCE_GRADIENT
      step.variant = recurrence.cell.lowered.rawValue
      step.set([operands[1].dimensions[0], recurrence.units, Int(states.lowered.rawValue)])
    case .recurrentGradient(let recurrence):
      step.operation = APUS_RECURRENT_GRADIENT
      step.set([operands[0].dimensions[0], recurrence.units])
    case .windows(let windows):
      step.operation = APUS_WINDOWS
      step.set(windows.sizes)
    case .windowsGradient(let windows):
      step.operation = APUS_WINDOWS_GRADIENT
      step.set(windows.sizes)
    case .pool(let pool):
      step.operation = APUS_POOL
      step.variant = pool.lowered.rawValue
      step.set(Pool.sizes(operands[0]))
    case .poolGradient(let pool):
      step.operation = APUS_POOL_GRADIENT
      step.variant = pool.lowered.rawValue
      step.set(Pool.sizes(operands[1]))
    case .attention(let attention):
      step.operation = APUS_ATTENTION
      step.set(attention.sizes(operands[0]))
    case .attentionGradient(let attention):
      step.operation = APUS_ATTENTION_GRADIENT
      step.set(attention.sizes(operands[1]))
    }
    return step
  }
}

extension Windows {
  fileprivate var sizes: [Int] {
    let axes = [vertical, horizontal].flatMap {
      [$0.extent, $0.window, $0.stride, $0.before, $0.count]
    }
    return axes + [channels]
  }
}

extension Pool {
  fileprivate static func sizes(_ x: Shape) -> [Int] {
    let extents = Array(x.dimensions.suffix(2))
    let places = x.dimensions.dropLast(2).reduce(1, *)
    return [places] + extents
  }

  fileprivate var lowered: apus_pool_kind {
    switch self {
    case .maximum: APUS_POOL_MAXIMUM
    case .mean: APUS_POOL_MEAN
    }
  }
}

extension Attention {
  fileprivate func sizes(_ projections: Shape) -> [Int] {
    [projections.dimensions[0], heads, projections.columns / 3 / heads, isCausal ? 1 : 0]
  }
}

extension Recurrence.Cell {
  fileprivate var lowered: apus_cell {
    switch self {
    case .gru: APUS_GRU
    case .lstm: APUS_LSTM
    }
  }
}

extension Recurrence.States {
  fileprivate var lowered: apus_states {
    switch self {
    case .last: APUS_STATES_LAST
    case .all: APUS_STATES_ALL
    case .previous: APUS_STATES_PREVIOUS
    }
  }
}

extension apus_step {
  /// Sets the first of the sizes, and the others to 0.
  mutating func set(_ values: [Int]) {
    let all = values + [Int](repeating: 0, count: Int(APUS_SIZES) - values.count)
    sizes = (
      all[0], all[1], all[2], all[3], all[4], all[5], all[6], all[7], all[8], all[9], all[10]
    )
  }
}
