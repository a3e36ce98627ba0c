import ApusCompute
import Foundation

/// Operations on steps in plain loops, each as its formula says.
extension ReferenceInterpreter {
  func sequence(
    _ sequence: SequenceOperation,
    _ operands: [[Double]],
    _ shapes: [Shape]
  ) -> [Double] {
    let lengths = operands.dropFirst(sequence.requiredOperandCount).first
    func length(_ row: Int, of steps: Int) -> Int {
      lengths.map { min(max(Int($0[row]), 0), steps) } ?? steps
    }
    switch sequence {
    case .length:
      let columns = shapes[0].columns
      return (0..<rows).map { row in
        let identifiers = operands[0][row * columns..<(row + 1) * columns]
        return Double(identifiers.prefix { $0 >= 0 }.count)
      }
    case .recurrence(let recurrence):
      return tape(recurrence, operands, steps: shapes[0].dimensions[0], length)
    case .states(let recurrence, let states):
      let steps = shapes[0].dimensions[0]
      let (units, stride) = (recurrence.units, recurrence.slots * recurrence.units)
      return (0..<rows).flatMap { row -> [Double] in
        func state(_ t: Int) -> [Double] {
          guard t >= 0 else { return [Double](repeating: 0, count: units) }
          let start = (row * steps + t) * stride
          return Array(operands[0][start..<start + units])
        }
        let length = length(row, of: steps)
        if states == .last { return state(length - 1) }
        return (0..<steps).flatMap { t in state(t < length ? (states == .all ? t : t - 1) : -1) }
      }
    case .recurrenceGradient(let recurrence, let states):
      return back(
        recurrence, states, operands, steps: shapes[1].dimensions[0], length)
    case .recurrentGradient(let recurrence):
      let steps = shapes[0].dimensions[0]
      let units = recurrence.units
      return operands[0].enumerated().map { index, gradient in
        let (place, column) = index.quotientAndRemainder(dividingBy: 3 * units)
        guard place % steps < length(place / steps, of: steps) else { return 0 }
        guard column >= 2 * units else { return gradient }
        return gradient * operands[1][(place * 5 + 1) * units + column - 2 * units]
      }
    case .windows(let windows):
      var result = [Double](repeating: 0, count: windows.shape.count(batchSize: rows))
      eachMeeting(windows) { x, window in result[window] = operands[0][x] }
      return result
    case .windowsGradient(let windows):
      var result = [Double](repeating: 0, count: windows.inputShape.count(batchSize: rows))
      eachMeeting(windows) { x, window in result[x] += operands[0][window] }
      return result
    case .pool(let pool):
      var result: [Double] = []
      eachChannel(shapes[0]) { row, steps, elements in
        let values = elements.prefix(length(row, of: steps)).map { operands[0][$0] }
        switch pool {
        case .maximum: result.append(values.max() ?? 0)
        case .mean:
          result.append(values.isEmpty ? 0 : values.reduce(0, +) / Double(values.count))
        }
      }
      return result
    case .poolGradient(let pool):
      var result = [Double](repeating: 0, count: operands[1].count)
      var index = 0
      eachChannel(shapes[1]) { row, steps, elements in
        let elements = elements.prefix(length(row, of: steps))
        let upstream = operands[0][index]
        index += 1
        switch pool {
        case .maximum:
          let greatest = elements.map { operands[1][$0] }.max()
          if let first = elements.first(where: { operands[1][$0] == greatest }) {
            result[first] = upstream
          }
        case .mean: for element in elements { result[element] = upstream / Double(elements.count) }
        }
      }
      return result
    case .attention(let attention):
      var result = [Double](repeating: 0, count: operands[0].count / 3)
      eachQuery(attention, operands[0], shapes[0], length) { query in
        for (s, weight) in query.weights.enumerated() {
          for c in 0..<query.width {
            result[query.output + c] += weight * operands[0][query.key(s) + query.columns + c]
          }
        }
      }
      return result
    case .attentionGradient(let attention):
      return attentionGradient(attention, operands, shapes[1], length)
    }
  }

  private func tape(
    _ recurrence: Recurrence,
    _ operands: [[Double]],
    steps: Int,
    _ length: (Int, Int) -> Int
  ) -> [Double] {
    let (units, gates, slots) = (recurrence.units, recurrence.gates, recurrence.slots)
    var tape = [Double](repeating: 0, count: rows * steps * slots * units)
    for row in 0..<rows {
      var (h, c) = (
        [Double](repeating: 0, count: units), [Double](repeating: 0, count: units)
      )
      for t in 0..<length(row, steps) {
        let place = row * steps + t
        var next: [[Double]] = []
        for j in 0..<units {
          let q = (0..<gates).map { gate in
            (0..<units).reduce(operands[2][gate * units + j]) {
              $0 + h[$1] * operands[1][$1 * gates * units + gate * units + j]
            }
          }
          let x = (0..<gates).map { operands[0][place * gates * units + $0 * units + j] }
          switch recurrence.cell {
          case .gru:
            let (r, z) = (sigmoid(x[0] + q[0]), sigmoid(x[1] + q[1]))
            let n = Foundation.tanh(x[2] + r * q[2])
            next.append([(1 - z) * n + z * h[j], r, z, n, q[2]])
          case .lstm:
            let (i, f) = (sigmoid(x[0] + q[0]), sigmoid(x[1] + q[1]))
            let (g, o) = (Foundation.tanh(x[2] + q[2]), sigmoid(x[3] + q[3]))
            let cell = f * c[j] + i * g
            next.append([o * Foundation.tanh(cell), cell, i, f, g, o])
          }
        }
        for (j, values) in next.enumerated() {
          (h[j], c[j]) = (values[0], values[1])
          for (slot, value) in values.enumerated() {
            tape[(place * slots + slot) * units + j] = value
          }
        }
      }
    }
    return tape
  }

  private func sigmoid(_ x: Double) -> Double { 1 / (1 + exp(-x)) }

  private func back(
    _ recurrence: Recurrence,
    _ states: Recurrence.States,
    _ operands: [[Double]],
    steps: Int,
    _ length: (Int, Int) -> Int
  ) -> [Double] {
    let (units, gates, slots) = (recurrence.units, recurrence.gates, recurrence.slots)
    let (upstream, tape, weight) = (operands[0], operands[1], operands[2])
    var result = [Double](repeating: 0, count: rows * steps * gates * units)
    for row in 0..<rows {
      var (dh, dc) = (
        [Double](repeating: 0, count: units), [Double](repeating: 0, count: units)
      )
      let count = length(row, steps)
      for t in (0..<count).reversed() {
        let place = row * steps + t
        var sums = [Double](repeating: 0, count: gates * units)
        for j in 0..<units {
          func slot(_ slot: Int, _ back: Int = 0) -> Double {
            t < back ? 0 : tape[((place - back) * slots + slot) * units + j]
          }
          if states == .all { dh[j] += upstream[place * units + j] }
          if states == .last, t == count - 1 { dh[j] += upstream[row * units + j] }
          var gradients: [Double]
          switch recurrence.cell {
          case .gru:
            let (r, z, n, q) = (slot(1), slot(2), slot(3), slot(4))
            let dn = dh[j] * (1 - z) * (1 - n * n)
            gradients = [dn * q * r * (1 - r), dh[j] * (slot(0, 1) - n) * z * (1 - z), dn]
            sums[2 * units + j] = dn * r
            dh[j] *= z
          case .lstm:
            let (i, f, g, o) = (slot(2), slot(3), slot(4), slot(5))
            let tangent = Foundation.tanh(slot(1))
            dc[j] += dh[j] * o * (1 - tangent * tangent)
            gradients = [
              dc[j] * g * i * (1 - i), dc[j] * slot(1, 1) * f * (1 - f), dc[j] * i * (1 - g * g),
              dh[j] * tangent * o * (1 - o),
            ]
            sums[2 * units + j] = gradients[2]
            dc[j] *= f
            dh[j] = 0
          }
          for gate in 0..<gates {
            result[place * gates * units + gate * units + j] = gradients[gate]
            if gate != 2 { sums[gate * units + j] = gradients[gate] }
          }
        }
        for k in 0..<units {
          for column in sums.indices { dh[k] += sums[column] * weight[k * sums.count + column] }
        }
      }
    }
    return result
  }

  /// Calls `body` with the places in x and in the windows of every element inside x.
  private func eachMeeting(_ windows: Windows, _ body: (Int, Int) -> Void) {
    let (down, along) = (windows.vertical, windows.horizontal)
    var window = 0
    for row in 0..<rows {
      for (i, j) in (0..<down.count).flatMap({ i in (0..<along.count).map { (i, $0) } }) {
        for (dy, dx) in (0..<down.window).flatMap({ y in (0..<along.window).map { (y, $0) } }) {
          let (y, x) = (i * down.stride + dy - down.before, j * along.stride + dx - along.before)
          for channel in 0..<windows.channels {
            defer { window += 1 }
            guard 0..<down.extent ~= y, 0..<along.extent ~= x else { continue }
            let place = (row * down.extent + y) * along.extent + x
            body(place * windows.channels + channel, window)
          }
        }
      }
    }
  }

  /// Calls `body` with the row, the steps and the elements of all steps of every channel.
  private func eachChannel(_ x: Shape, _ body: (Int, Int, [Int]) -> Void) {
    let channels = x.columns
    let steps = x.dimensions[x.dimensions.count - 2]
    let places = x.count(batchSize: rows) / (steps * channels)
    for place in 0..<places {
      for channel in 0..<channels {
        body(place, steps, (0..<steps).map { (place * steps + $0) * channels + channel })
      }
    }
  }

  /// A step's query in one head.
  private struct Query {
    let weights: [Double]
    let width: Int
    let columns: Int
    let query: Int
    let firstKey: Int
    let output: Int

    func key(_ s: Int) -> Int { firstKey + s * 3 * columns }
  }

  private func eachQuery(
    _ attention: Attention,
    _ x: [Double],
    _ shape: Shape,
    _ length: (Int, Int) -> Int,
    _ body: (Query) -> Void
  ) {
    let (steps, columns) = (shape.dimensions[0], shape.columns / 3)
    let width = columns / attention.heads
    for row in 0..<rows {
      for head in 0..<attention.heads {
        for t in 0..<steps {
          let length = length(row, steps)
          let seen = attention.isCausal ? min(length, t + 1) : length
          let query = ((row * steps + t) * 3) * columns + head * width
          let firstKey = row * steps * 3 * columns + columns + head * width
          let similarities = (0..<seen).map { s in
            (0..<width).reduce(0) {
              $0 + x[query + $1] * x[firstKey + s * 3 * columns + $1]
            } / Double(width).squareRoot()
          }
          body(
            Query(
              weights: seen > 0 ? softmax(similarities[...]) : [], width: width, columns: columns,
              query: query, firstKey: firstKey, output: (row * steps + t) * columns + head * width))
        }
      }
    }
  }

  private func attentionGradient(
    _ attention: Attention,
    _ operands: [[Double]],
    _ shape: Shape,
    _ length: (Int, Int) -> Int
  ) -> [Double] {
    let (upstream, x) = (operands[0], operands[1])
    var result = [Double](repeating: 0, count: x.count)
    eachQuery(attention, x, shape, length) { query in
      let scale = 1 / Double(query.width).squareRoot()
      let slopes = query.weights.indices.map { s in
        (0..<query.width).reduce(0) {
          $0 + upstream[query.output + $1] * x[query.key(s) + query.columns + $1]
        }
      }
      let mean = zip(query.weights, slopes).reduce(0) { $0 + $1.0 * $1.1 }
      for (s, weight) in query.weights.enumerated() {
        let factor = scale * weight * (slopes[s] - mean)
        for c in 0..<query.width {
          result[query.query + c] += factor * x[query.key(s) + c]
          result[query.key(s) + c] += factor * x[query.query + c]
          result[query.key(s) + query.columns + c] += weight * upstream[query.output + c]
        }
      }
    }
    return result
  }
}
