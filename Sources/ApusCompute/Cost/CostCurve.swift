/// The time of a model's run on one device, by the rows of the batch.
///
/// ```
///   time(rows) = launch + copies(rows) + compute(rows)
/// ```
/// The whole is measured at a few points: between two of them it is a line, beyond the last one it
/// goes on with the slope of the last two. Launch and copies are the device's own costs, measured
/// once for all models, and compute is what they leave; so the parts explain the whole.
public struct CostCurve: Hashable, Sendable, Codable {
  /// What was measured at one batch size.
  public struct Point: Hashable, Sendable, Codable {
    /// The rows of the batch.
    public let rows: Int
    /// The time of the whole run, from host memory to host memory.
    public let microseconds: Double

    /// Makes a point.
    public init(rows: Int, microseconds: Double) {
      self.rows = rows
      self.microseconds = microseconds
    }
  }

  /// What a run takes, in microseconds.
  public struct Prediction: Hashable, Sendable, Codable {
    /// Starting the kernels.
    public let launch: Double
    /// Copies to the device and back.
    public let copy: Double
    /// All else.
    public let compute: Double

    /// The whole run.
    public var total: Double { launch + copy + compute }
  }

  /// The device.
  public let device: DeviceDescription
  /// What it takes to speak to the device.
  public let costs: DeviceCosts
  /// The kernels of a run.
  public let launchCount: Int
  /// The floats that a row brings to the device.
  public let inputWidth: Int
  /// The floats that a row takes back.
  public let outputWidth: Int
  /// What was measured, by ascending rows.
  public let points: [Point]

  /// Makes a curve through points.
  ///
  /// - Parameters:
  ///   - device: the device.
  ///   - costs: what it takes to speak to it.
  ///   - launchCount: the kernels of a run.
  ///   - inputWidth: the floats that a row brings to the device.
  ///   - outputWidth: the floats that a row takes back.
  ///   - points: at least one measurement, each of another number of rows.
  public init(
    device: DeviceDescription,
    costs: DeviceCosts,
    launchCount: Int,
    inputWidth: Int,
    outputWidth: Int,
    points: [Point]
  ) {
    self.device = device
    self.costs = costs
    self.launchCount = launchCount
    self.inputWidth = inputWidth
    self.outputWidth = outputWidth
    self.points = CostLine(points.sorted { $0.rows < $1.rows }).points
  }

  /// What a run of `rows` rows will take.
  ///
  /// - Precondition: `rows` is positive.
  /// - Complexity: O(number of points).
  public func prediction(rows: Int) -> Prediction {
    precondition(rows > 0, "a run has at least one row, not \(rows)")
    let total = CostLine(points).microseconds(rows: rows)
    // The parts were measured one by one; in a run they may overlap.
    let launch = min(costs.launchMicroseconds(of: launchCount), total)
    let copy = min(copyMicroseconds(rows: rows), total - launch)
    return Prediction(launch: launch, copy: copy, compute: total - launch - copy)
  }

  private func copyMicroseconds(rows: Int) -> Double {
    func bytes(_ width: Int) -> Int { rows * width * MemoryLayout<Float>.stride }
    return costs.write.microseconds(bytes: bytes(inputWidth))
      + costs.read.microseconds(bytes: bytes(outputWidth))
  }
}
