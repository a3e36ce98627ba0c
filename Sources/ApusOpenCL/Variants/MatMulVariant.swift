import ApusCompute

/// One of the kernels that compute a product, and the shapes and devices that it is made for.
///
/// Whatever the variant, an element of C is one fixed chain of multiply-adds whose order depends
/// on k alone: not on the other rows, the other columns or their number.
///
/// ```
/// plain   one work-item owns a block of C in registers; no local memory, no barrier
/// wide    a work-group owns a tile of C, and shares tiles of A and B in local memory
/// tensor  the same by the matrix units of an NVIDIA GPU, in less than float32 precision
/// ```
package struct MatMulVariant: Hashable, Sendable {
  /// The precision of the factors; sums are always in float32.
  package enum Precision: String, Hashable, Sendable, Codable, CaseIterable {
    /// 24 bits of significand.
    case float32
    /// 11 bits of significand, the range of float32.
    case tf32
    /// 8 bits of significand, the range of float32.
    case bfloat16
  }

  /// How a variant computes.
  enum Method: Hashable, Sendable {
    /// An item owns `MATMUL_ROWS` rows of one vector of columns, and reads A and B in place.
    case direct
    /// An item owns some rows of one column.
    case narrow
    /// A and B are first laid out in panels, then an item owns a block of two vectors of columns.
    case packed
    /// A work-group owns a tile.
    case tiled(Tile)
    /// A work-group adds up each row's products in a tree.
    case tree
    /// A work-group of eight warps owns a tile, and multiplies fragments.
    case tensor(Precision)
  }

  /// A stable name, such as "wide-128x128x16".
  package let name: String
  /// The precision of the factors.
  package let precision: Precision
  /// How the product is computed.
  let method: Method

  /// Whether a device can run the variant.
  package func isSupported(by traits: DeviceTraits) -> Bool {
    switch method {
    case .direct, .narrow, .packed: true
    case .tiled(let tile):
      traits.maximumGroupItems >= Tile.groupItems
        && traits.localMemoryBytes >= tile.localMemoryBytes
    case .tree: traits.maximumGroupItems >= Tile.groupItems
    case .tensor:
      traits.tensorCores != .none && traits.localMemoryBytes >= Tile.tensorLocalMemoryBytes
    }
  }

  /// Whether the variant can compute a product of this shape; not whether it is fast at it.
  package func suits(_ product: ProductShape) -> Bool {
    switch method {
    case .direct: product.n >= Flavour.plain.lanes && product.transposition != .nt
    case .narrow, .packed, .tensor: true
    case .tiled(let tile): !tile.isSplit || product.k > Tile.pieceDepth
    case .tree: product.transposition != .tn && product.n <= Self.treeColumns
    }
  }

  /// The variant of a name.
  package static func named(_ name: String) -> MatMulVariant? { all.first { $0.name == name } }

  /// Every variant, the simplest first.
  package static let all: [MatMulVariant] =
    [narrow, direct, packed, tree] + Tile.all.map(tiled) + [tf32, bfloat16]

  /// Computes every shape, some slowly.
  static let narrow = MatMulVariant(name: "plain-16x1", precision: .float32, method: .narrow)
  static let direct = MatMulVariant(name: "plain-8x16", precision: .float32, method: .direct)
  static let packed = MatMulVariant(
    name: "plain-packed-8x32",
    precision: .float32,
    method: .packed
  )
  static let tree = MatMulVariant(name: "wide-tree", precision: .float32, method: .tree)
  static let tf32 = MatMulVariant(name: "tensor-tf32", precision: .tf32, method: .tensor(.tf32))
  static let bfloat16 = MatMulVariant(
    name: "tensor-bfloat16",
    precision: .bfloat16,
    method: .tensor(.bfloat16)
  )

  /// The variant that computes by tiles of a given size.
  static func tiled(_ tile: Tile) -> MatMulVariant {
    MatMulVariant(name: tile.name, precision: .float32, method: .tiled(tile))
  }

  /// The most columns for which the tree is made.
  static let treeColumns = 16
}
