extension Operation: CustomStringConvertible {
  /// The operation in a few words, such as `matmul + bias, relu`.
  public var description: String {
    switch self {
    case .input(let name, _): "input \(name)"
    case .variable(let variable): "variable \(variable.name)"
    case .constant(let value): "constant \(value)"
    case .matmul(let matmul): matmul.description
    case .binary(let binary): binary.rawValue
    case .columns(let columns): columns.description
    case .lookup(let lookup): lookup.description
    case .lookupGradient(let lookup, let vocabulary):
      "gradient of \(lookup) with \(vocabulary) rows"
    case .dropout(let mask): "dropout of \(mask.rate)"
    case .inverseRoot(let epsilon): "1 / sqrt(x + \(epsilon))"
    case .average(let momentum): "running average with momentum \(momentum)"
    case .normalize: "normalize rows"
    case .normalizeGradient: "gradient of normalized rows"
    case .activation(let activation): activation.rawValue
    case .activationGradient(let activation): "gradient of \(activation.rawValue)"
    case .reduce(let reduction): "\(reduction.kind.rawValue) over \(reduction.axis.rawValue)"
    case .broadcast(let reduction, let shape):
      "\(reduction.kind.rawValue) over \(reduction.axis.rawValue) spread to \(shape)"
    case .softmax: "softmax"
    case .reshape(let shape): "as \(shape)"
    case .sequence(let sequence): sequence.description
    case .loss(let loss): loss.rawValue
    case .lossGradient(let loss): "gradient of \(loss.rawValue)"
    case .normLimit(let limit): "limit of a norm to \(limit)"
    case .lookupUpdate(let lookup, let rule, penalty: .none): "update of \(lookup) by \(rule)"
    case .lookupUpdate(let lookup, let rule, let penalty):
      "update of \(lookup) by \(rule), \(penalty)"
    case .update(let rule, penalty: .none): "update by \(rule)"
    case .update(let rule, let penalty): "update by \(rule), \(penalty)"
    }
  }
}

extension MatMul: CustomStringConvertible {
  /// The product, then what is fused into it.
  public var description: String {
    var text = transposition == .nn ? "matmul" : "matmul \(transposition.rawValue)"
    if hasBias { text += " + bias" }
    switch epilogue {
    case .none: return text
    case .activation(let activation): return "\(text), \(activation.rawValue)"
    case .activationGradient(let activation): return "\(text), gradient of \(activation.rawValue)"
    }
  }
}

extension UpdateRule: CustomStringConvertible {
  /// The rule's name and hyper-parameters.
  public var description: String {
    switch self {
    case .sgd(0, _): "sgd"
    case .sgd(let momentum, let nesterov):
      "sgd with \(nesterov ? "Nesterov " : "")momentum \(momentum)"
    case .adagrad(let initialSum, let epsilon):
      "adagrad (initial sum \(initialSum), epsilon \(epsilon))"
    case .rmsprop(let rho, let epsilon): "rmsprop (rho \(rho), epsilon \(epsilon))"
    case .adam(let beta1, let beta2, let epsilon):
      "adam (beta1 \(beta1), beta2 \(beta2), epsilon \(epsilon))"
    case .ftrl(let initialSum, let beta, let l1, let l2):
      "ftrl (initial sum \(initialSum), beta \(beta), l1 \(l1), l2 \(l2))"
    }
  }
}

extension Penalty: CustomStringConvertible {
  /// The numbers that are not 0.
  public var description: String {
    let parts = [("l1", l1), ("l2", l2), ("decay", decay)].filter { $0.1 != 0 }
    return parts.isEmpty ? "no penalty" : parts.map { "\($0) \($1)" }.joined(separator: ", ")
  }
}
