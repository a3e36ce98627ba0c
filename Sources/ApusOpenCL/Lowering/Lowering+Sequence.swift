import ApusCompute

extension Lowering {
  /// Room for the gradients of the states, which a row carries from step to step, or for what an
  /// attention was at each step.
  static func scratchCount(
    of sequence: SequenceOperation,
    _ operands: [Shape],
    batchCapacity: Int
  ) -> Int {
    switch sequence {
    case .recurrenceGradient(let recurrence, _):
      batchCapacity * recurrence.units * (recurrence.cell == .gru ? 1 : 2)
    case .attentionGradient(let attention):
      batchCapacity * operands[1].dimensions[0] * attention.heads * 3
    default: 0
    }
  }

  /// An operation on the steps of each row.
  func launches(for sequence: SequenceOperation, _ id: Graph.NodeID) -> [Launch] {
    let shape = graph[id].shape
    let operands = requiredOperands(of: id)
    let rows = Quantity(.batch)
    switch sequence {
    case .length:
      let columns = graph[graph[id].operands[0]].shape.columns
      return [
        launch(
          "identifier_length", of: .states,
          operands + [tensor(id), .count(rows), .choice(columns)],
          WorkItems(rows, .fine))
      ]
    case .recurrence(let recurrence):
      return [
        launch(
          recurrence, "", operands + [lengths(id), tensor(id)], scratch: [],
          sizes: [shape.dimensions[0], recurrence.units], id)
      ]
    case .recurrenceGradient(let recurrence, let states):
      return [
        launch(
          recurrence, "_gradient", operands + [lengths(id), tensor(id)],
          scratch: [.tensor(scratch(of: id))],
          sizes: [shape.dimensions[0], recurrence.units, states == .last ? 1 : 0], id)
      ]
    case .recurrentGradient(let recurrence):
      return [
        launch(
          "recurrent_gradient", of: .states,
          operands + [lengths(id), tensor(id), .count(rows)]
            + [shape.dimensions[0], recurrence.units].map(Argument.choice) + [hasLengths(id)],
          WorkItems(Quantity(shape.rows), .fine))
      ]
    case .states(let recurrence, let states):
      return [launch(for: recurrence, states, id)]
    case .windows(let windows):
      return [windowsLaunch("copy_windows", windows, id, places: windows.shape)]
    case .windowsGradient(let windows):
      return [windowsLaunch("add_windows", windows, id, places: windows.inputShape)]
    case .pool(let pool):
      return [poolLaunch("pool_steps", pool, id, x: graph[graph[id].operands[0]].shape)]
    case .poolGradient(let pool):
      return [poolLaunch("pool_steps_gradient", pool, id, x: shape)]
    case .attention(let attention):
      return [attentionLaunch("attention", attention, id, columns: shape.columns)]
    case .attentionGradient(let attention):
      return ["queries", "keys"].map {
        attentionLaunch(
          "attention_gradient_\($0)", attention, id, columns: shape.columns / 3,
          moments: [.tensor(scratch(of: id))])
      }
    }
  }

  private func launch(
    _ kernel: String,
    of module: KernelModule,
    _ arguments: [Argument],
    _ items: WorkItems
  ) -> Launch {
    Launch(module: module, kernel: kernel, arguments: arguments, items: items)
  }

  private func requiredCount(_ id: Graph.NodeID) -> Int {
    guard case .sequence(let sequence) = graph[id].operation else { return 0 }
    return sequence.requiredOperandCount
  }

  private func requiredOperands(of id: Graph.NodeID) -> [Argument] {
    graph[id].operands.prefix(requiredCount(id)).map(tensor)
  }

  /// The lengths, or where there are none any tensor, which is not read.
  private func lengths(_ id: Graph.NodeID) -> Argument {
    tensor(graph[id].operands.dropFirst(requiredCount(id)).first ?? graph[id].operands[0])
  }

  private func hasLengths(_ id: Graph.NodeID) -> Argument {
    .choice(graph[id].operands.count > requiredCount(id) ? 1 : 0)
  }

  /// The units up to which a state has room in local memory.
  static let wideRecurrenceUnits = 1024

  /// A walk along the steps of each row: by a work-item, or in the wide flavour by a work-group,
  /// which keeps the row's state in local memory and needs no scratch.
  private func launch(
    _ recurrence: Recurrence,
    _ suffix: String,
    _ tensors: [Argument],
    scratch: [Argument],
    sizes: [Int],
    _ id: Graph.NodeID
  ) -> Launch {
    let rows = Quantity(.batch)
    let name = recurrence.cell.rawValue + suffix
    let choices = sizes.map(Argument.choice) + [hasLengths(id)]
    guard flavour == .wide, recurrence.units <= Self.wideRecurrenceUnits else {
      return launch(
        name, of: .recurrences, tensors + scratch + [.count(rows)] + choices,
        WorkItems(rows, .coarse))
    }
    return Launch(
      module: .wideRecurrences, kernel: "\(name)_wide", arguments: tensors + choices,
      items: WorkItems(groups: rows))
  }

  private func launch(
    for recurrence: Recurrence,
    _ states: Recurrence.States,
    _ id: Graph.NodeID
  ) -> Launch {
    let tape = graph[id].operands[0]
    let sizes = [graph[tape].shape.dimensions[0], recurrence.units, recurrence.slots]
    let back = states == .last ? [] : [states == .previous ? 1 : 0]
    return launch(
      states == .last ? "last_states" : "all_states", of: .states,
      [tensor(tape), lengths(id), tensor(id), .count(Quantity(.batch))]
        + (sizes + back).map(Argument.choice) + [hasLengths(id)],
      WorkItems(Quantity(graph[id].shape.rows), .fine))
  }

  private func windowsLaunch(
    _ kernel: String,
    _ windows: Windows,
    _ id: Graph.NodeID,
    places: Shape
  ) -> Launch {
    let sizes = [windows.vertical, windows.horizontal].flatMap {
      [$0.extent, $0.window, $0.stride, $0.before, $0.count]
    }
    return launch(
      kernel, of: .windows,
      operands(of: id) + [tensor(id), .count(Quantity(.batch))]
        + (sizes + [windows.channels]).map(Argument.choice),
      WorkItems(Quantity(places.rows), .fine))
  }

  private func poolLaunch(_ kernel: String, _ pool: Pool, _ id: Graph.NodeID, x: Shape) -> Launch {
    let extents = Array(x.dimensions.suffix(2))
    let places = Quantity(.batch, times: x.dimensions.dropLast(2).reduce(1, *))
    return launch(
      kernel, of: .pools,
      requiredOperands(of: id) + [lengths(id), tensor(id), .count(places)]
        + (extents + [pool == .maximum ? 0 : 1]).map(Argument.choice) + [hasLengths(id)],
      WorkItems(places, columnBlocks(x.columns), .fine))
  }

  private func attentionLaunch(
    _ kernel: String,
    _ attention: Attention,
    _ id: Graph.NodeID,
    columns: Int,
    moments: [Argument] = []
  ) -> Launch {
    let steps = graph[id].shape.dimensions[0]
    let sizes = [steps, attention.heads, columns / attention.heads, attention.isCausal ? 1 : 0]
    return launch(
      kernel, of: .attention,
      requiredOperands(of: id) + [lengths(id), tensor(id)] + moments + [.count(Quantity(.batch))]
        + sizes.map(Argument.choice) + [hasLengths(id)],
      WorkItems(Quantity(.batch, times: steps), Quantity(attention.heads), .coarse))
  }
}
