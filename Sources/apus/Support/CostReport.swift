internal import ApusCPU
internal import ApusCompute
internal import ApusOpenCL

/// What runs of a model cost on each device of this machine, predicted and measured.
struct CostReport: Encodable, CustomStringConvertible {
  /// The batch sizes of the table.
  static let rows = [1, 8, 32, 256, 4096, 65_536]

  /// One device at one batch size.
  struct Cost: Encodable {
    let device: String
    /// The parts of the prediction, in microseconds.
    let predicted: CostCurve.Prediction
    let predictedMicroseconds: Double
    let measuredMicroseconds: Double
    let rowsPerSecond: Double
  }

  /// One batch size.
  struct Row: Encodable {
    let rows: Int
    let costs: [Cost]
    /// The device that the prediction chooses.
    let choice: String
  }

  let model: String
  let devices: [DeviceDescription]
  let costModel: CostModel
  let table: [Row]

  /// Measures a model on every device that takes it; one line tells of each that does not.
  ///
  /// - Throws: what the CPU throws.
  init(of graph: Graph, named model: String) throws {
    var probes: [(probe: CostProbe, curve: CostCurve)] = []
    func add(_ backend: any Backend) throws {
      let probe = try CostProbe(graph, on: backend, batchCapacity: Self.rows.max() ?? 1)
      probes.append((probe, try probe.curve()))
    }
    try add(CPUBackend())
    for device in ((try? OpenCLDevices.discover()) ?? []).indices {
      do {
        try add(try OpenCLBackend(deviceIndex: device))
      } catch {
        Terminal.report("apus: opencl:\(device) is left out: \(error)")
      }
    }
    let costModel = CostModel(probes.map(\.curve))
    table = try Self.rows.map { rows in
      Row(
        rows: rows,
        costs: try probes.map { probe, curve in
          let prediction = curve.prediction(rows: rows)
          let measured = try probe.microseconds(rows: rows)
          return Cost(
            device: curve.device.selector, predicted: prediction,
            predictedMicroseconds: prediction.total, measuredMicroseconds: measured,
            rowsPerSecond: Double(rows) / measured * 1e6)
        },
        choice: costModel.cheapestDevice(rows: rows).selector)
    }
    devices = probes.map(\.curve.device)
    self.costModel = costModel
    self.model = model
  }

  /// The table for people: a line for each batch size and device, the choice marked.
  var description: String {
    var lines = devices.map { "\($0)" }
    lines += ["", "what a run of \(model) costs, in microseconds (* is the choice):"]
    lines.append(
      Self.line(["rows", "device", "predicted", "measured", "rows/s", "launch", "copy", "compute"]))
    for row in table {
      for cost in row.costs {
        let mark = cost.device == row.choice ? " *" : "  "
        let numbers = [
          cost.predictedMicroseconds, cost.measuredMicroseconds,
        ].map { Format.fixed($0, decimals: 1) }
        let parts = [cost.predicted.launch, cost.predicted.copy, cost.predicted.compute]
          .map { Format.fixed($0, decimals: 1) }
        let rate = Format.grouped(Int(cost.rowsPerSecond))
        lines.append(
          Self.line(["\(row.rows)", cost.device + mark] + numbers + [rate] + parts))
      }
    }
    return lines.joined(separator: "\n")
  }

  private static let widths = [6, 12, 12, 12, 14, 10, 10, 12]

  private static func line(_ fields: [String]) -> String {
    zip(fields, widths).map { $0.aligned(right: $1) }.joined(separator: " ")
  }
}
