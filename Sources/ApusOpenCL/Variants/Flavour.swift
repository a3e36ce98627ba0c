/// The two ways in which kernels are written.
package enum Flavour: String, Hashable, Sendable, CaseIterable {
  /// For CPUs: an item works alone, on vectors of 16, without local memory or barriers.
  case plain
  /// For GPUs: the items of a work-group share local memory, and vectors are of 4.
  case wide

  /// The elements of the kernels' vectors, `LANES` in `common.cl`.
  var lanes: Int {
    switch self {
    case .plain: 16
    case .wide: 4
    }
  }
}
