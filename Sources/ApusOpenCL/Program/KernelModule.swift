/// Kernels that are built together, with the options that shape them.
///
/// A module is built when a plan first needs it, so a device never compiles what it does not run.
/// Modules are small: a driver that is asked for a program's binary compiles all its kernels, as
/// PoCL does, those that nobody runs too.
enum KernelModule: Hashable, Sendable {
  /// Functions of each element, and the copy that they are without one.
  case activation
  /// The elementwise operations on two operands.
  case binary
  /// The adjoint of a reduction.
  case broadcast
  /// Copies of columns.
  case columns
  /// The masks of dropout.
  case dropout
  /// Copies of chosen rows.
  case gather
  /// The rows of tables: looked up, their gradient, and their updates.
  case lookup
  /// The losses and their gradients.
  case loss
  /// The normalizations of rows and columns.
  case normalize
  /// The reductions in which an item works alone.
  case reduce
  /// Softmax.
  case softmax
  /// The optimizers' steps.
  case update
  /// The reductions that share local memory.
  case wideReductions
  /// Attention between the steps of a row.
  case attention
  /// Pools over the steps of a row.
  case pools
  /// The recurrent layers.
  case recurrences
  /// What the recurrent layers left at the steps of a row.
  case states
  /// The windows of convolutions.
  case windows
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
    case .activation: ["activation.cl"]
    case .binary: ["binary.cl"]
    case .broadcast: ["broadcast.cl"]
    case .columns: ["columns.cl"]
    case .dropout: ["dropout.cl"]
    case .gather: ["gather.cl"]
    case .lookup: ["lookup.cl", "rule.cl", "lookup_update.cl"]
    case .loss: ["loss.cl"]
    case .normalize: ["normalize.cl"]
    case .reduce: ["reduce.cl"]
    case .softmax: ["softmax.cl"]
    case .update: ["rule.cl", "update.cl"]
    case .wideReductions: ["reduce_wide.cl"]
    case .attention: ["steps.cl", "attention.cl"]
    case .pools: ["steps.cl", "pool.cl"]
    case .recurrences: ["steps.cl", "recurrence.cl"]
    case .states: ["steps.cl", "states.cl"]
    case .windows: ["steps.cl", "windows.cl"]
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
    case .activation, .binary, .broadcast, .columns, .dropout, .gather, .lookup, .loss, .normalize,
      .reduce, .softmax, .update, .attention, .pools, .recurrences, .states, .windows:
      ["LANES=\(flavour.lanes)"]
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
