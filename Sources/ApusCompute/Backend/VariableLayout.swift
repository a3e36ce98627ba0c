/// Where each variable lies in a store's flat arena.
///
/// ```
/// | layers.0.weight ... pad | layers.0.bias ... pad | layers.1.weight ... pad |
///  ^ every variable starts at a multiple of 16 floats (64 bytes); padding stays zero
/// ```
public struct VariableLayout: Hashable, Sendable {
  /// The alignment of each variable, in elements.
  public static let alignment = 16

  /// The variables, in order.
  public let variables: [Variable]
  /// The first element of each variable.
  public let offsets: [Int]
  /// The number of elements of the arena, padding included.
  public let count: Int

  private let indices: [String: Int]

  /// Lays out `variables` one after the other.
  ///
  /// - Precondition: no two variables share a name.
  public init(_ variables: [Variable]) {
    var offset = 0
    var offsets: [Int] = []
    var indices: [String: Int] = [:]
    for (index, variable) in variables.enumerated() {
      precondition(indices[variable.name] == nil, "two variables are named \(variable.name)")
      indices[variable.name] = index
      offsets.append(offset)
      offset = (offset + variable.count).roundedUp(toMultipleOf: Self.alignment)
    }
    self.variables = variables
    self.offsets = offsets
    self.indices = indices
    self.count = offset
  }

  /// The elements of the variable called `name`.
  ///
  /// - Throws: `ComputeError.variableMismatch` when there is none, or it has not `count` elements.
  public func range(
    of name: String,
    count expected: Int? = nil
  ) throws(ComputeError) -> Range<Int> {
    guard let index = indices[name] else {
      throw ComputeError(.variableMismatch, "there is no variable named \(name)")
    }
    let count = variables[index].count
    if let expected, expected != count {
      throw ComputeError(
        .variableMismatch,
        "variable \(name) is \(variables[index].shape), \(count) elements, not \(expected)"
      )
    }
    return offsets[index]..<offsets[index] + count
  }

  /// The first element of a variable as a graph declares it.
  ///
  /// - Throws: `ComputeError.variableMismatch` when name and shape are not both known here.
  public func offset(of variable: Variable) throws(ComputeError) -> Int {
    guard let index = indices[variable.name], variables[index] == variable else {
      throw ComputeError(
        .variableMismatch,
        "the store holds no \(variable.name) of shape \(variable.shape)"
      )
    }
    return offsets[index]
  }
}

extension Int {
  /// The least multiple of `multiple` that is not smaller.
  package func roundedUp(toMultipleOf multiple: Int) -> Int {
    (self + multiple - 1) / multiple * multiple
  }
}

extension [Float] {
  /// Makes the array `count` long; what it holds then is for the caller to write.
  package mutating func resize(to count: Int) {
    guard self.count != count else { return }
    self = [Float](repeating: 0, count: count)
  }
}
