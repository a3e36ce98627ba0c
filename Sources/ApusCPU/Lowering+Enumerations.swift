internal import ApusCompute
internal import CSIMD

// The C names of the graph's enumerations.

extension Extent {
  var lowered: apus_extent {
    switch self {
    case .batch: apus_extent(fixed: 0, per_row: 1)
    case .perRow(let count): apus_extent(fixed: 0, per_row: count)
    case .fixed(let count): apus_extent(fixed: count, per_row: 0)
    }
  }
}

extension MatMul.Transposition {
  var lowered: apus_operation {
    switch self {
    case .nn: APUS_MATMUL_NN
    case .nt: APUS_MATMUL_NT
    case .tn: APUS_MATMUL_TN
    }
  }
}

extension Activation {
  var lowered: apus_activation {
    switch self {
    case .identity: APUS_IDENTITY
    case .relu: APUS_RELU
    case .sigmoid: APUS_SIGMOID
    case .tanh: APUS_TANH
    case .softplus: APUS_SOFTPLUS
    case .gelu: APUS_GELU
    }
  }
}

extension Binary {
  var lowered: apus_binary {
    switch self {
    case .add: APUS_ADD
    case .subtract: APUS_SUBTRACT
    case .multiply: APUS_MULTIPLY
    case .divide: APUS_DIVIDE
    }
  }
}

extension Binary.Broadcast {
  var lowered: apus_broadcast {
    switch self {
    case .none: APUS_BROADCAST_NONE
    case .row: APUS_BROADCAST_ROW
    case .scalar: APUS_BROADCAST_SCALAR
    }
  }
}

extension Reduction.Axis {
  var lowered: apus_axis {
    switch self {
    case .rows: APUS_AXIS_ROWS
    case .columns: APUS_AXIS_COLUMNS
    case .all: APUS_AXIS_ALL
    }
  }
}

extension Loss {
  var lowered: apus_loss {
    switch self {
    case .meanSquaredError: APUS_MEAN_SQUARED_ERROR
    case .meanAbsoluteError: APUS_MEAN_ABSOLUTE_ERROR
    case .binaryCrossEntropy: APUS_BINARY_CROSS_ENTROPY
    case .softmaxCrossEntropy: APUS_SOFTMAX_CROSS_ENTROPY
    }
  }
}

extension UpdateRule {
  /// The rule's C name, and the numbers that it reads.
  var lowered: (apus_rule, (Float, Float, Float)) {
    switch self {
    case .sgd(momentum: 0, _): (APUS_SGD, (0, 0, 0))
    case .sgd(let momentum, let nesterov):
      (nesterov ? APUS_NESTEROV : APUS_MOMENTUM, (momentum, 0, 0))
    case .adagrad(_, let epsilon): (APUS_ADAGRAD, (epsilon, 0, 0))
    case .rmsprop(let rho, let epsilon): (APUS_RMSPROP, (rho, epsilon, 0))
    case .adam(let beta1, let beta2, let epsilon): (APUS_ADAM, (beta1, beta2, epsilon))
    case .ftrl(_, let beta, let l1, let l2): (APUS_FTRL, (beta, l1, l2))
    }
  }
}
