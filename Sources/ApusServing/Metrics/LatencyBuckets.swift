/// The ranges of time that a ``LatencyHistogram`` tells apart.
///
/// Each doubling is cut into 32 equal parts, so that a range is at most 1/32 of the times in it:
///
/// ```
/// bucket   0      1       2      …     33       34      …     992      993
/// from  0   )  64   )  66   )  68 …  128  )  132  )  136 …  133.1 s )  137.4 s )
///    to    ]  64   ]  66   ]  68      132  ]  136  ]        137.4 s  ]     ∞
/// ```
///
/// A range holds its upper bound and not its lower one, as the `le` of a Prometheus bucket does.
enum LatencyBuckets {
  /// How many there are.
  static let count = 2 + partsPerDoubling * (lastExponent - firstExponent)

  private static let partBits = 5
  private static let partsPerDoubling = 1 << partBits
  private static let firstExponent = 6
  private static let lastExponent = 37

  /// The bucket of a time.
  static func index(of nanoseconds: Int64) -> Int {
    // One less, so that an exact bound belongs to the range that it ends.
    let value = UInt64(max(nanoseconds, 1)) - 1
    let exponent = 63 - value.leadingZeroBitCount
    guard exponent >= firstExponent else { return 0 }
    guard exponent < lastExponent else { return count - 1 }
    let part = Int(value >> UInt64(exponent - partBits)) & (partsPerDoubling - 1)
    return 1 + (exponent - firstExponent) * partsPerDoubling + part
  }

  /// The longest time of a bucket, in nanoseconds; that of the last one is the longest of all.
  static func upperBound(of index: Int) -> Int64 {
    guard index < count - 1 else { return .max }
    guard index > 0 else { return 1 << firstExponent }
    let (doubling, part) = (index - 1).quotientAndRemainder(dividingBy: partsPerDoubling)
    return Int64(partsPerDoubling + part + 1) << Int64(firstExponent + doubling - partBits)
  }

  /// The time that stands for all of a bucket: its middle, which is at most 1/64 off.
  static func middle(of index: Int) -> Int64 {
    let lower = index == 0 ? 0 : upperBound(of: index - 1)
    guard index < count - 1 else { return lower }
    return lower + (upperBound(of: index) - lower) / 2
  }
}
