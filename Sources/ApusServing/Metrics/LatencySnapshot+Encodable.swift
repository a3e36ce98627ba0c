extension LatencySnapshot: Encodable {
  /// The quantiles that every report tells, by their names.
  public static let reportedQuantiles: [(name: String, share: Double)] = [
    ("p50", 0.5), ("p90", 0.9), ("p99", 0.99), ("p999", 0.999),
  ]

  private enum Key: String, CodingKey {
    case count, meanUs, p50Us, p90Us, p99Us, p999Us, maxUs, boundsNs, counts
  }

  /// Writes count, mean, quantiles and maximum in microseconds, and the buckets that are not empty.
  ///
  /// The buckets let a reader compute the quantiles of the time between two reports.
  ///
  /// - Parameter encoder: Where to.
  /// - Throws: What the encoder throws.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Key.self)
    let buckets = buckets
    try container.encode(count, forKey: .count)
    try container.encode(meanNanoseconds / 1000, forKey: .meanUs)
    for (key, quantile) in zip([Key.p50Us, .p90Us, .p99Us, .p999Us], Self.reportedQuantiles) {
      try container.encode(Double(self.quantile(quantile.share)) / 1000, forKey: key)
    }
    try container.encode(Double(maximumNanoseconds) / 1000, forKey: .maxUs)
    try container.encode(buckets.map(\.upperBoundNanoseconds), forKey: .boundsNs)
    try container.encode(buckets.map(\.count), forKey: .counts)
  }
}
