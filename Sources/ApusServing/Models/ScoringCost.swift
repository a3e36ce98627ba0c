package import ApusCompute
internal import ApusWire
internal import Synchronization

/// The time that a version takes for a batch, by its rows.
///
/// ```
/// nanoseconds(rows) = correction x line(rows)      a line between measured points
/// ```
/// The points are measured once, when the version is warmed; the correction follows the machine as
/// it is now, from the batches that are really scored. It moves by a small factor towards whatever
/// comes, and so settles at the median: a thread that is held up now and then, however long, makes
/// no work look dear (frugal streaming: Ma, Muthukrishnan and Sandler 2013). Any thread may ask and
/// observe.
public final class ScoringCost: Sendable {
  /// The batch sizes that are measured.
  static let measuredRows = [1, 8, 64, 512]

  /// The factor by which one observation moves the correction.
  private static let step = 1 + 1.0 / 32
  /// Nanoseconds below which a measurement says nothing about longer ones.
  private static let leastTelling = 2000.0
  /// How far the machine can be from the measurement.
  private static let plausible = 1.0 / 16...16

  private let line: CostLine
  /// The bits of a `Double`: a lost update among several is an observation less.
  private let correction = Atomic<UInt64>(1.0.bitPattern)

  /// Creates a cost from measurements.
  ///
  /// - Parameter points: At least one; more rows never cost less than fewer.
  package init(_ points: [CostLine.Point]) {
    var greatest = 0.0
    line = CostLine(
      points.sorted { $0.rows < $1.rows }.map { point in
        greatest = max(greatest, point.microseconds)
        return CostLine.Point(rows: point.rows, microseconds: greatest)
      })
  }

  /// Guesses a cost by the size of the net, to be corrected by what is observed.
  package convenience init(estimating model: any ServedModel) {
    // A core does some 20 multiply-adds a nanosecond; another device answers in tens of us.
    let start = model.isOnCPU ? 0.5 : 50
    let perRow = Double(model.multiplyAddsPerRow) / 20_000
    self.init([
      CostLine.Point(rows: 1, microseconds: start + perRow),
      CostLine.Point(rows: 512, microseconds: start + 512 * perRow),
    ])
  }

  /// Runs a model on rows of zeros, which also brings its weights into the caches.
  ///
  /// - Parameters:
  ///   - model: The model.
  ///   - budget: The time after which no larger batch is tried.
  /// - Throws: ``ScoringError`` if the model fails.
  package convenience init(
    measuring model: any ServedModel, budget: Duration = .milliseconds(50)
  ) throws(ScoringError) {
    let clock = ContinuousClock()
    let end = clock.now + budget
    var points: [CostLine.Point] = []
    for rows in Self.measuredRows where points.isEmpty || clock.now < end {
      let features = [Float](repeating: 0, count: rows * model.info.featureWidth)
      var scores = [Float](repeating: 0, count: rows * model.info.outputWidth)
      var least = Duration.seconds(1 << 20)
      for run in 0..<5 where run < 2 || clock.now < end {
        var span = scores.mutableSpan
        let start = clock.now
        try model.score(floatRows: features.span, rowCount: rows, into: &span)
        least = min(least, clock.now - start)
      }
      points.append(CostLine.Point(rows: rows, microseconds: least.inMicroseconds))
    }
    self.init(points)
  }

  /// Returns the time that a batch will take.
  ///
  /// - Parameter rows: The rows, at least 1.
  /// - Returns: Nanoseconds, at least 1.
  public func nanoseconds(rows: Int) -> Int {
    let factor = Double(bitPattern: correction.load(ordering: .relaxed))
    return max(1, Int(min(line.microseconds(rows: rows) * 1000 * factor, 1e15)))
  }

  /// Takes the time of a batch that was scored into account.
  ///
  /// - Parameters:
  ///   - rows: The rows, at least 1.
  ///   - nanoseconds: What it took.
  public func observe(rows: Int, nanoseconds: Int) {
    let expected = line.microseconds(rows: rows) * 1000
    // So short a time is that of the clock and of cold caches, not of the net.
    guard expected >= Self.leastTelling else { return }
    let ratio = Double(nanoseconds) / expected
    let factor = Double(bitPattern: correction.load(ordering: .relaxed))
    let moved = ratio > factor ? factor * Self.step : factor / Self.step
    let next = min(max(moved, Self.plausible.lowerBound), Self.plausible.upperBound)
    correction.store(next.bitPattern, ordering: .relaxed)
  }
}
