/// Kernels that are built together, with the options that shape them.
///
/// A module is built when a plan first needs it, so a device never compiles what it does not run.
enum KernelModule: Hashable, Sendable {
  /// The kernels that every flavour has, from elementwise functions to the optimizers.
  case base
  /// The reductions that share local memory.
  case wideReductions
  /// The kernels on the steps of rows.
  case sequences
  /// The recurrent layers of the wide flavour, a row to a work-group.
  case wideRecurrences
  /// The plain products.
  case products
  /// The products of the wide flavour that work by tiles of one size.
  case tiles(Tile)
  /// The products of the wide flavour with few columns.
  case trees
  /// The products on an NVIDIA GPU's tensor cores, or with OpenCL C in their place.
  case tensorProducts(MatMulVariant.Precision, isEmulated: Bool)
  /// A whole dense net, a block of rows to a work-item.
  case denseNets
  /// A whole dense net, a block of rows to a work-group.
  case wideDenseNets

  /// The files beside the one that all modules share.
  var fileNames: [String] {
    switch self {
    case .base:
      [
        "activation", "binary", "broadcast", "columns", "dropout", "gather", "lookup", "loss",
        "normalize", "reduce", "softmax", "rule", "update", "lookup_update",
      ].map { $0 + ".cl" }
    case .wideReductions: ["reduce_wide.cl"]
    case .sequences:
      ["steps.cl", "attention.cl", "pool.cl", "recurrence.cl", "windows.cl"]
    case .wideRecurrences: ["steps.cl", "recurrence_wide.cl"]
    case .products: ["matmul.cl"]
    case .tiles: ["tile_wide.cl", "matmul_wide.cl"]
    case .trees: ["matvec_wide.cl"]
    case .tensorProducts: ["tile_wide.cl", "matmul_tensor.cl"]
    case .denseNets: ["dense.cl"]
    case .wideDenseNets: ["dense_wide.cl"]
    }
  }

  /// The macros that are defined, each as NAME=VALUE.
  func definitions(flavour: Flavour) -> [String] {
    switch self {
    case .base, .sequences: ["LANES=\(flavour.lanes)"]
    case .products, .denseNets: ["LANES=\(Flavour.plain.lanes)"]
    case .wideReductions, .wideRecurrences, .trees, .wideDenseNets: ["LANES=\(Flavour.wide.lanes)"]
    case .tiles(let tile):
      [
        "LANES=\(Flavour.wide.lanes)", "TILE_ROWS=\(tile.rows)", "TILE_COLUMNS=\(tile.columns)",
        "TILE_DEPTH=\(tile.depth)",
      ]
    case .tensorProducts(let precision, let isEmulated):
      [
        "LANES=\(Flavour.wide.lanes)", "TILE_ROWS=\(Tile.tensor.rows)",
        "TILE_COLUMNS=\(Tile.tensor.columns)",
        "TILE_DEPTH=\(Tile.tensor.depth * (precision == .bfloat16 ? 2 : 1))",
        "BFLOAT16=\(precision == .bfloat16 ? 1 : 0)", "EMULATED=\(isEmulated ? 1 : 0)",
      ]
    }
  }
}
