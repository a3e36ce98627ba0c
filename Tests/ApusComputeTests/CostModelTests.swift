import ApusCompute
import Foundation
import Testing

/// Predicted times, and the choice of a device by them.
@Suite("Cost model")
struct CostModelTests {
  private static func device(_ selector: String) -> DeviceDescription {
    DeviceDescription(
      kind: selector == "cpu" ? .cpu : .opencl,
      selector: selector,
      name: selector,
      vendor: "none",
      version: "1",
      computeUnits: 1
    )
  }

  /// 2 us for a row, and nothing else.
  private static let cpu = CostCurve(
    device: device("cpu"),
    costs: .none,
    launchCount: 0,
    inputWidth: 16,
    outputWidth: 1,
    points: [.init(rows: 1, microseconds: 2), .init(rows: 1000, microseconds: 2000)]
  )

  /// 100 us for a launch and two copies, then 0.1 us for a row.
  private static let gpu = CostCurve(
    device: device("opencl:0"),
    costs: DeviceCosts(
      launchMicroseconds: 20,
      queuedLaunchMicroseconds: 5,
      write: .init(latencyMicroseconds: 30, microsecondsPerMegabyte: 100),
      read: .init(latencyMicroseconds: 30, microsecondsPerMegabyte: 50)
    ),
    launchCount: 3,
    inputWidth: 25,
    outputWidth: 50,
    points: [
      .init(rows: 1, microseconds: 100.1), .init(rows: 101, microseconds: 110.1),
      .init(rows: 1001, microseconds: 200.1),
    ]
  )

  @Test("Measured points are predicted, lines between them, the last slope beyond")
  func totals() {
    for (rows, expected) in [(1, 100.1), (51, 105.1), (101, 110.1), (551, 155.1), (2001, 300.1)] {
      #expect(abs(Self.gpu.prediction(rows: rows).total - expected) < 1e-9, "\(rows) rows")
    }
    #expect(abs(Self.cpu.prediction(rows: 8).total - 16) < 1e-9)
  }

  @Test("Below the first point a run takes that point's time")
  func belowFirstPoint() {
    let curve = CostCurve(
      device: Self.device("cpu"),
      costs: .none,
      launchCount: 0,
      inputWidth: 1,
      outputWidth: 1,
      points: [.init(rows: 64, microseconds: 10)]
    )
    #expect(curve.prediction(rows: 1).total == 10)
    #expect(curve.prediction(rows: 128).total == 20)
  }

  @Test("More rows never take less time beyond what was measured")
  func noise() {
    let curve = CostCurve(
      device: Self.device("cpu"),
      costs: .none,
      launchCount: 0,
      inputWidth: 1,
      outputWidth: 1,
      points: [.init(rows: 1, microseconds: 10), .init(rows: 2, microseconds: 9)]
    )
    #expect(curve.prediction(rows: 100).total == 9)
  }

  @Test("Launch, copies and compute add up to the whole")
  func parts() {
    let prediction = Self.gpu.prediction(rows: 1000)
    // 20 + 2 x 5; 30 + 100 KB x 100 us/MB + 30 + 200 KB x 50 us/MB.
    #expect(abs(prediction.launch - 30) < 1e-9)
    #expect(abs(prediction.copy - 80) < 1e-9)
    #expect(abs(prediction.compute - 90) < 1e-9)
    for rows in [1, 17, 101, 50_000] {
      let prediction = Self.gpu.prediction(rows: rows)
      #expect(prediction.launch >= 0 && prediction.copy >= 0 && prediction.compute >= 0)
    }
  }

  @Test("The cheapest device changes where the curves cross; the first wins a tie")
  func choice() {
    let model = CostModel([Self.cpu, Self.gpu])
    #expect(model.cheapestDevice(rows: 1).selector == "cpu")
    #expect(model.cheapestDevice(rows: 52).selector == "cpu")
    #expect(model.cheapestDevice(rows: 53).selector == "opencl:0")
    #expect(model.cheapestDevice(rows: 65_536).selector == "opencl:0")
    let twin = CostCurve(
      device: Self.device("opencl:1"),
      costs: .none,
      launchCount: 0,
      inputWidth: 1,
      outputWidth: 1,
      points: Self.cpu.points
    )
    #expect(CostModel([Self.cpu, twin]).cheapestDevice(rows: 9).selector == "cpu")
  }

  @Test("A model survives JSON, the costs of a CPU included")
  func coding() throws {
    let model = CostModel([Self.cpu, Self.gpu])
    let data = try JSONEncoder().encode(model)
    #expect(try JSONDecoder().decode(CostModel.self, from: data) == model)
  }
}
