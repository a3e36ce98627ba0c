internal import ApusCompute
internal import ApusData
internal import ApusModel

/// A net as people read it: a line for each layer, branches indented.
struct NetDrawing: CustomStringConvertible {
  /// The lines.
  let table: LayerTable

  /// Draws the net of a model, its columns by their names.
  init(_ manifest: Manifest) {
    table = LayerTable(
      manifest.graph, fields: manifest.transform.fields.map { ($0.name, $0.columns) })
  }

  var description: String {
    let header = ["", "operation", "output", "parameters", "of", "name"]
    let rows = table.lines.map { line in
      [
        "\(line.number)", String(repeating: "  ", count: line.depth) + line.operation, line.shape,
        line.parameters == 0 ? "" : Format.grouped(line.parameters),
        line.operands.map(String.init).joined(separator: ", "), line.name,
      ]
    }
    let widths = header.indices.map { column in
      ([header] + rows).map { $0[column].count }.max() ?? 0
    }
    let isNumber = [true, false, false, true, false, false]
    let lines = ([header] + rows).map { row in
      let fields = row.indices.map { column in
        isNumber[column]
          ? row[column].aligned(right: widths[column]) : row[column].aligned(left: widths[column])
      }
      let line = "  " + fields.joined(separator: "  ")
      return String(line.reversed().drop { $0 == " " }.reversed())
    }
    return (["net (\(Format.grouped(table.parameters)) parameters):"] + lines)
      .joined(separator: "\n")
  }
}
