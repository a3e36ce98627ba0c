import ApusCompute

extension Lowering {
  /// The most columns of a tensor of a dense net, `DENSE_WIDTH` in `dense.cl` and `dense_wide.cl`;
  /// 0 where the device lacks the local memory for the wide kernel.
  static func greatestDenseWidth(_ traits: DeviceTraits) -> Int {
    guard traits.flavour == .wide else { return 256 }
    // 128 units of 64 rows, and 16 inputs' weights for 128 units, all rows padded by 4.
    let floats = 128 * (64 + Tile.padding) + 16 * (128 + Tile.padding)
    let fits = traits.localMemoryBytes >= floats * MemoryLayout<Float>.stride
    return fits && traits.maximumGroupItems >= Tile.groupItems ? 128 : 0
  }

  /// A whole net in one launch: the input in, the last layer's units out.
  ///
  /// - Parameter chain: the products, from the input on.
  /// - Returns: one launch.
  func launches(forDenseNet chain: [Graph.NodeID]) -> [Launch] {
    guard let first = chain.first, let last = chain.last else { return [] }
    let input = graph[first].operands[0]
    let rows = Quantity(graph[last].shape.rows)
    let isPlain = flavour == .plain
    let blocks = rows.parts(of: isPlain ? 32 : 64)
    return [
      Launch(
        module: isPlain ? .denseNets : .wideDenseNets,
        kernel: "dense_net",
        arguments: [
          tensor(input), tensor(last), .tensor(Place(memory: .variables, offset: 0)),
          .table(chain.flatMap(layer)), .choice(chain.count), .count(rows),
        ],
        items: isPlain ? WorkItems(blocks, .block) : WorkItems(groups: blocks)
      )
    ]
  }

  /// What a layer is, as `dense.cl` reads it.
  private func layer(_ id: Graph.NodeID) -> [UInt32] {
    guard case .matmul(let matmul) = graph[id].operation else {
      preconditionFailure("\(graph[id].operation) is no layer of a dense net")
    }
    let operands = graph[id].operands
    let activation =
      if case .activation(let activation) = matmul.epilogue { activation } else {
        Activation.identity
      }
    return [
      graph[operands[0]].shape.columns, graph[id].shape.columns, place(of: operands[1]).offset,
      matmul.hasBias ? 1 : 0, matmul.hasBias ? place(of: operands[2]).offset : 0,
      activation.kernelNumber,
    ].map(UInt32.init)
  }
}
