import ApusCompute

extension Lowering {
  /// A copy for each operand.
  func launches(for columns: Columns, _ id: Graph.NodeID) -> [Launch] {
    let shape = graph[id].shape
    var (launches, column): ([Launch], Int) = ([], 0)
    for operand in graph[id].operands {
      let source = graph[operand].shape.columns
      var (from, to) = (place(of: operand), place(of: id))
      var (count, padding) = (source, (before: 0, after: 0))
      switch columns {
      case .slice(let kept):
        from = Place(memory: from.memory, offset: from.offset + kept.lowerBound)
        count = kept.count
      case .pad(let before, let after):
        padding = (before, after)
      case .concatenate:
        to = Place(memory: to.memory, offset: to.offset + column)
        column += source
      }
      launches.append(
        Launch(
          module: .columns,
          kernel: "copy_columns",
          arguments: [
            .tensor(from), .tensor(to), .count(Quantity(shape.rows)), .choice(count),
            .choice(source), .choice(shape.columns), .choice(padding.before),
            .choice(padding.after),
          ],
          items: WorkItems(Quantity(shape.rows), .fine)
        )
      )
    }
    return launches
  }
}
