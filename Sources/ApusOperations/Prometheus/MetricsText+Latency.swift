import ApusServing

extension MetricsText {
  /// Powers of two of nanoseconds, from 4 us to 17 s: those that a snapshot counts exactly.
  private static let bounds = (12...34).map { Int64(1) << Int64($0) }

  /// Adds a latency as a histogram, in seconds.
  mutating func add(histogram latency: LatencySnapshot, _ labels: Labels) {
    add(
      buckets: Self.bounds.map { (Double($0) / 1e9, latency.count(atMost: $0)) },
      sum: Double(latency.sumNanoseconds) / 1e9, count: latency.count, labels)
  }

  /// Adds a latency as a summary, in seconds; a quantile of nothing is not a number.
  mutating func add(summary latency: LatencySnapshot, _ labels: Labels) {
    for (_, share) in LatencySnapshot.reportedQuantiles {
      let seconds = latency.count == 0 ? .nan : Double(latency.quantile(share)) / 1e9
      add(seconds, labels + [("quantile", "\(share)")])
    }
    add(Double(latency.sumNanoseconds) / 1e9, labels, suffix: "_sum")
    add(Double(latency.count), labels, suffix: "_count")
  }

  /// Adds the sizes of batches as a histogram, in rows.
  mutating func add(sizes: SizeHistogram.Snapshot, _ labels: Labels) {
    var total: UInt64 = 0
    // The last bucket has no bound.
    let buckets = sizes.counts.dropLast().enumerated().map { power, count in
      total += count
      return (bound: Double(1 << power), count: total)
    }
    add(buckets: buckets, sum: Double(sizes.rows), count: sizes.count, labels)
  }
}
