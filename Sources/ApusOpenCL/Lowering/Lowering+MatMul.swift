import ApusCompute

extension Lowering {
  /// The rows of a block, `MATMUL_ROWS` in `matmul.cl`.
  private static let blockRows = 8
  /// The columns of a panel of B.
  private static let panelColumns = 32
  /// The rows of a narrow block, `MATMUL_NARROW_ROWS` in `matmul.cl`.
  private static let narrowRows = 16
  /// The rows of a panel that an item packs, `PACK_ROWS` in `matmul.cl`.
  private static let packRows = 64
  /// The rows that a work-group sums in trees, `TREE_ROWS` in `matvec_wide.cl`.
  private static let treeRows = 8

  /// Room for panels of the operands, or for the sums of pieces of k, where the variant needs it.
  static func scratchCount(
    of matmul: MatMul,
    _ operands: [Shape],
    batchCapacity: Int,
    variants: VariantTable
  ) -> Int {
    guard let extents = matmul.extents(operands[0], operands[1]) else { return 0 }
    let shape = ProductShape(matmul, extents, batchCapacity: batchCapacity)
    switch variants.variant(for: shape).method {
    case .packed:
      let left = matmul.transposition == .tn ? panelCount(shape.m, shape.k, width: blockRows) : 0
      return panelCount(shape.n, shape.k, width: panelColumns) + left
    case .tiled(let tile) where tile.isSplit:
      return (shape.k + Tile.pieceDepth - 1) / Tile.pieceDepth * shape.m * shape.n
    case .direct, .narrow, .tiled, .tree, .tensor:
      return 0
    }
  }

  /// The elements of all panels of `width` columns.
  private static func panelCount(_ columns: Int, _ k: Int, width: Int) -> Int {
    (columns.roundedUp(toMultipleOf: width) * k).roundedUp(toMultipleOf: ArenaLayout.alignment)
  }

  /// A product by the kernel that the table names for its shape.
  func launches(for matmul: MatMul, _ id: Graph.NodeID) -> [Launch] {
    let operands = graph[id].operands
    guard let extents = matmul.extents(graph[operands[0]].shape, graph[operands[1]].shape) else {
      preconditionFailure("\(matmul) does not fit \(operands.map { graph[$0].shape })")
    }
    let product = Product(matmul: matmul, extents: extents, id: id)
    let shape = ProductShape(matmul, extents, batchCapacity: batchCapacity)
    switch variants.variant(for: shape).method {
    case .narrow: return [narrow(product)]
    case .direct: return [direct(product)]
    case .packed: return packed(product)
    case .tiled(let tile): return tile.isSplit ? split(product, tile) : [tiled(product, tile)]
    case .tree: return [tree(product)]
    case .tensor(let precision): return [tensor(product, precision)]
    }
  }

  /// A product to be launched.
  private struct Product {
    let matmul: MatMul
    let extents: MatMul.Extents
    let id: Graph.NodeID

    var m: Quantity { Quantity(extents.m) }
    var n: Quantity { Quantity(extents.n) }
    var k: Quantity { Quantity(extents.k) }
  }

  /// What every product's kernel takes first: operands, result, bias, saved tensor, extents and
  /// epilogue.
  ///
  /// - Parameters:
  ///   - product: the product.
  ///   - first: where A is read from, if not from the operand.
  ///   - second: where B is read from, if not from the operand.
  /// - Returns: the arguments in the kernels' order.
  private func arguments(
    _ product: Product,
    first: Place? = nil,
    second: Place? = nil
  ) -> [Argument] {
    let operands = graph[product.id].operands
    return [
      .tensor(first ?? place(of: operands[0])), .tensor(second ?? place(of: operands[1])),
      tensor(product.id),
    ] + finish(product)
  }

  /// What follows the result: bias, saved tensor, extents and epilogue.
  private func finish(_ product: Product) -> [Argument] {
    let operands = graph[product.id].operands
    let matmul = product.matmul
    return [
      tensor(matmul.hasBias ? operands[2] : product.id),
      tensor(matmul.hasMask ? operands[operands.count - 1] : product.id),
      .count(product.m), .count(product.n), .count(product.k), .choice(matmul.hasBias ? 1 : 0),
    ] + matmul.epilogue.choices
  }

  private func narrow(_ product: Product) -> Launch {
    let m = Argument.count(product.m)
    let n = Argument.count(product.n)
    let k = Argument.count(product.k)
    let one = Argument.choice(1)
    let strides =
      switch product.matmul.transposition {
      case .nn: [k, one, n, one]
      case .nt: [k, one, one, k]
      case .tn: [one, m, n, one]
      }
    return Launch(
      module: .products,
      kernel: "matmul_narrow",
      arguments: arguments(product) + strides,
      items: WorkItems(product.m.parts(of: Self.narrowRows), product.n, .coarse)
    )
  }

  private func direct(_ product: Product) -> Launch {
    Launch(
      module: .products,
      kernel: product.matmul.transposition == .tn ? "matmul_tn" : "matmul_nn",
      arguments: arguments(product),
      items: WorkItems(
        product.m.parts(of: Self.blockRows),
        product.n.parts(of: Flavour.plain.lanes),
        .coarse
      )
    )
  }

  /// Panels of B, and for TN of A, then the product of what they hold.
  ///
  /// ```
  /// scratch  | panels of B ... pad | panels of A |
  /// ```
  private func packed(_ product: Product) -> [Launch] {
    let operands = graph[product.id].operands
    let (m, n, k, one) = (product.m, product.n, product.k, Quantity(1))
    let right = scratch(of: product.id)
    let isTransposed = product.matmul.transposition == .nt
    var launches = [
      pack(
        operands[1],
        into: right,
        columns: n,
        rows: k,
        strides: isTransposed ? (one, k) : (n, one),
        width: Self.panelColumns
      )
    ]
    var left: Place?
    var strides = [Argument.count(k), .choice(1)]
    if product.matmul.transposition == .tn {
      let count = Self.panelCount(
        product.extents.n,
        k.value(rows: batchCapacity),
        width: Self.panelColumns
      )
      let panels = Place(memory: right.memory, offset: right.offset + count)
      launches.append(
        pack(
          operands[0],
          into: panels,
          columns: m,
          rows: k,
          strides: (m, one),
          width: Self.blockRows
        )
      )
      left = panels
      strides = [.choice(1), .choice(Self.blockRows)]
    }
    launches.append(
      Launch(
        module: .products,
        kernel: "matmul_packed",
        arguments: arguments(product, first: left, second: right) + strides,
        items: WorkItems(
          m.parts(of: Self.blockRows),
          n.parts(of: Self.panelColumns),
          .coarse
        )
      )
    )
    return launches
  }

  private func pack(
    _ operand: Graph.NodeID,
    into panels: Place,
    columns: Quantity,
    rows: Quantity,
    strides: (row: Quantity, column: Quantity),
    width: Int
  ) -> Launch {
    Launch(
      module: .products,
      kernel: "pack",
      arguments: [
        tensor(operand), .tensor(panels), .count(columns), .count(rows), .count(strides.row),
        .count(strides.column), .choice(width),
      ],
      items: WorkItems(columns.parts(of: width), rows.parts(of: Self.packRows), .coarse)
    )
  }

  private func tiled(_ product: Product, _ tile: Tile) -> Launch {
    tiles(product, tile, arguments: arguments(product), pieceDepth: Int(Int32.max), pieces: nil)
  }

  /// Sums of the pieces of k, then their sum.
  private func split(_ product: Product, _ tile: Tile) -> [Launch] {
    let operands = graph[product.id].operands
    let pieces = scratch(of: product.id)
    let plain = [Argument.choice(0), .choice(0), .choice(0)]
    let extents = [Argument.count(product.m), .count(product.n), .count(product.k)]
    let partial: [Argument] =
      [tensor(operands[0]), tensor(operands[1]), .tensor(pieces), .tensor(pieces)]
      + [.tensor(pieces)] + extents + plain
    return [
      tiles(
        product,
        tile,
        arguments: partial,
        pieceDepth: Tile.pieceDepth,
        pieces: product.k.parts(of: Tile.pieceDepth)
      ),
      Launch(
        module: .tiles(tile.whole),
        kernel: "sum_pieces",
        arguments: [.tensor(pieces), tensor(product.id)] + finish(product)
          + [.choice(Tile.pieceDepth)],
        items: WorkItems(
          product.m.repeated(product.n.parts(of: Flavour.wide.lanes).value(rows: 1)),
          .fine
        )
      ),
    ]
  }

  private func tiles(
    _ product: Product,
    _ tile: Tile,
    arguments: [Argument],
    pieceDepth: Int,
    pieces: Quantity?
  ) -> Launch {
    let transposition = product.matmul.transposition
    let columnTiles = product.n.parts(of: tile.columns)
    return Launch(
      module: .tiles(tile.whole),
      kernel: "matmul_tile",
      arguments: arguments + [
        .choice(transposition == .tn ? 0 : 1), .choice(transposition == .nt ? 1 : 0),
        .choice(pieceDepth),
      ],
      items: WorkItems(
        groups: product.m.parts(of: tile.rows),
        pieces?.repeated(columnTiles.value(rows: 1)) ?? columnTiles
      )
    )
  }

  private func tree(_ product: Product) -> Launch {
    let isTransposed = product.matmul.transposition == .nt
    return Launch(
      module: .trees,
      kernel: "matmul_tree",
      arguments: arguments(product) + [
        isTransposed ? .choice(1) : .count(product.n),
        isTransposed ? .count(product.k) : .choice(1),
      ],
      items: WorkItems(groups: product.m.parts(of: Self.treeRows))
    )
  }

  private func tensor(_ product: Product, _ precision: MatMulVariant.Precision) -> Launch {
    let transposition = product.matmul.transposition
    return Launch(
      module: .tensorProducts(
        precision,
        isEmulated: variants.traits.tensorCores == .emulated
      ),
      kernel: "matmul_tensor",
      arguments: arguments(product) + [
        .choice(transposition == .tn ? 0 : 1), .choice(transposition == .nt ? 1 : 0),
      ],
      items: WorkItems(
        groups: product.m.parts(of: Tile.tensor.rows),
        product.n.parts(of: Tile.tensor.columns)
      )
    )
  }
}

extension MatMul.Epilogue {
  /// The kind of epilogue, and the activation's number.
  fileprivate var choices: [Argument] {
    switch self {
    case .none: [.choice(0), .choice(0)]
    case .activation(let activation): [.choice(1), .choice(activation.kernelNumber)]
    case .activationGradient(let activation): [.choice(2), .choice(activation.kernelNumber)]
    }
  }
}
