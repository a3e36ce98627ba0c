import ApusCompute

extension Lowering {
  /// Room for a reduction's partial sums, or none where one group of rows is all.
  static func scratchCount(
    of reduction: Reduction,
    _ operands: [Shape],
    batchCapacity: Int
  ) -> Int {
    let shape = operands[0]
    return switch reduction.axis {
    case .rows: partialCount(Quantity(shape.rows), batchCapacity) * shape.columns
    case .all: partialCount(Quantity(elementsOf: shape), batchCapacity)
    case .columns: 0
    }
  }

  /// The groups whose sums are kept before they are added, or none where there is but one group.
  static func partialCount(_ rows: Quantity, _ batchCapacity: Int) -> Int {
    let groups = rows.parts(of: Reduction.chunk).value(rows: batchCapacity)
    return groups > 1 ? groups : 0
  }

  /// A sum or a mean.
  func launches(for reduction: Reduction, _ id: Graph.NodeID) -> [Launch] {
    let operand = graph[id].operands[0]
    let shape = graph[operand].shape
    let divisor = reduction.divisor(of: shape)
    switch reduction.axis {
    case .rows, .all:
      let isMatrix = reduction.axis == .rows
      return sums(
        of: place(of: operand),
        rows: isMatrix ? Quantity(shape.rows) : Quantity(elementsOf: shape),
        columns: isMatrix ? shape.columns : 1,
        divisor: divisor,
        partials: scratch(of: id),
        into: place(of: id)
      )
    case .columns:
      return [
        Launch(
          module: .reduce,
          kernel: "reduce_columns",
          arguments: [
            tensor(operand), tensor(id), .count(Quantity(shape.rows)), .choice(shape.columns),
            .divisor(divisor),
          ],
          items: WorkItems(Quantity(shape.rows), .fine)
        )
      ]
    }
  }

  /// The sums of a matrix's columns: in one launch where one group holds all rows, or through the
  /// partial sums of the groups.
  ///
  /// - Parameters:
  ///   - source: the matrix.
  ///   - rows: its rows.
  ///   - columns: its columns.
  ///   - divisor: what the sums are divided by.
  ///   - partials: room for the partial sums, where `partialCount` says that there are some.
  ///   - result: where the sums go.
  /// - Returns: one launch or two.
  func sums(
    of source: Place,
    rows: Quantity,
    columns: Int,
    divisor: Quantity,
    partials: Place,
    into result: Place
  ) -> [Launch] {
    guard Self.partialCount(rows, batchCapacity) > 0 else {
      return [total(of: source, rows: rows, columns: columns, divisor: divisor, into: result)]
    }
    let groups = rows.parts(of: Reduction.chunk)
    return [
      sumsOfGroups(
        of: source,
        rows: rows,
        columns: columns,
        group: Reduction.chunk,
        divisor: Quantity(1),
        into: partials
      ),
      total(of: partials, rows: groups, columns: columns, divisor: divisor, into: result),
    ]
  }

  /// The sums of a matrix's columns in one launch, all rows in one group.
  private func total(
    of source: Place,
    rows: Quantity,
    columns: Int,
    divisor: Quantity,
    into result: Place
  ) -> Launch {
    sumsOfGroups(
      of: source,
      rows: rows,
      columns: columns,
      group: nil,
      divisor: divisor,
      into: result
    )
  }

  /// The sums of the columns of each group of rows, a nil group being all of them.
  private func sumsOfGroups(
    of source: Place,
    rows: Quantity,
    columns: Int,
    group: Int?,
    divisor: Quantity,
    into result: Place
  ) -> Launch {
    let arguments: [Argument] = [
      .tensor(source), .tensor(result), .count(rows), .choice(columns),
      .choice(group ?? Int(Int32.max)), .divisor(divisor),
    ]
    let groups = group.map { rows.parts(of: $0) } ?? Quantity(1)
    guard flavour == .wide else {
      return Launch(
        module: .reduce,
        kernel: "reduce_rows",
        arguments: arguments,
        items: WorkItems(groups, columnBlocks(columns), .coarse)
      )
    }
    // The least power of two of quads, at most 16, that covers the columns.
    var quads = 1
    while quads < 16, quads * lanes < columns { quads *= 2 }
    return Launch(
      module: .wideReductions,
      kernel: "reduce_rows_wide",
      arguments: arguments + [.choice(quads)],
      items: WorkItems(groups: groups, Quantity(columns, dividedBy: quads * lanes))
    )
  }

  /// The adjoint of a sum or a mean.
  func launches(forBroadcastOf reduction: Reduction, _ id: Graph.NodeID) -> [Launch] {
    let shape = graph[id].shape
    let (rowStride, columnStride) =
      switch reduction.axis {
      case .rows: (0, 1)
      case .columns: (1, 0)
      case .all: (0, 0)
      }
    return [
      Launch(
        module: .broadcast,
        kernel: "broadcast",
        arguments: operands(of: id) + [
          tensor(id), .count(Quantity(shape.rows)), .choice(shape.columns), .choice(rowStride),
          .choice(columnStride), .divisor(reduction.divisor(of: shape)),
        ],
        items: WorkItems(Quantity(shape.rows), .fine)
      )
    ]
  }
}

extension Reduction {
  /// What a sum over a tensor of `shape` is divided by.
  fileprivate func divisor(of shape: Shape) -> Quantity {
    guard kind == .mean else { return Quantity(1) }
    return switch axis {
    case .rows: Quantity(shape.rows)
    case .columns: Quantity(shape.columns)
    case .all: Quantity(elementsOf: shape)
    }
  }
}
