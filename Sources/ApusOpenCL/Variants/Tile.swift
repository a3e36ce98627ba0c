/// The tile of C that a work-group of the wide kernels owns, and how it walks over k.
struct Tile: Hashable, Sendable {
  /// The items of the work-group.
  static let groupItems = 256
  /// The k of one piece of a product that is split along k.
  static let pieceDepth = 512
  /// The floats between the end of a row of a tile in local memory and the next row.
  static let padding = 4

  /// Rows of C.
  let rows: Int
  /// Columns of C.
  let columns: Int
  /// The k of a tile of A or B.
  let depth: Int
  /// Whether k is cut into pieces, each summed by a work-group of its own.
  let isSplit: Bool

  /// A name such as "wide-64x64x16" or "wide-64x64x16-split".
  var name: String { "wide-\(rows)x\(columns)x\(depth)" + (isSplit ? "-split" : "") }

  /// Two tiles of A and two of B, one in use while the other is filled.
  var localMemoryBytes: Int {
    2 * depth * (rows + Self.padding + columns + Self.padding) * MemoryLayout<Float>.stride
  }

  /// The tiles that are built.
  static let all = [large, medium, skinny, mediumSplit, skinnySplit]

  /// This tile without pieces, which the same kernels compute.
  var whole: Tile { Tile(rows: rows, columns: columns, depth: depth, isSplit: false) }

  /// The tile of the tensor cores' kernels; for bfloat16 it is twice as deep.
  static let tensor = Tile(rows: 128, columns: 128, depth: 16, isSplit: false)

  /// Two tiles of A and two of B with the padding of `matmul_tensor.cl`, and where tensor cores are
  /// emulated what the items hand each other.
  static let tensorLocalMemoryBytes =
    (2 * 16 * (tensor.rows + 8 + tensor.columns + 8) + groupItems * 6)
    * MemoryLayout<UInt32>.stride

  static let large = Tile(rows: 128, columns: 128, depth: 16, isSplit: false)
  static let medium = Tile(rows: 64, columns: 64, depth: 16, isSplit: false)
  static let skinny = Tile(rows: 32, columns: 64, depth: 16, isSplit: false)
  static let mediumSplit = Tile(rows: 64, columns: 64, depth: 16, isSplit: true)
  static let skinnySplit = Tile(rows: 32, columns: 64, depth: 16, isSplit: true)
}
