/// Times one call again and again, in groups that are long against the reading of a clock.
struct Sampler {
  /// How long to measure.
  let seconds: Double
  /// How long a group of calls takes at least.
  let groupSeconds: Double

  /// Measures `call`, which was called before for its answer, until the time is over.
  ///
  /// - Parameters:
  ///   - call: What is measured; it is given the number of the call.
  ///   - wait: What ends a group: on a device with a queue, waiting for it.
  /// - Returns: The microseconds of a call.
  /// - Throws: What `call` or `wait` throws.
  func times(
    _ call: (Int) throws -> Void, wait: () throws -> Void = {}
  ) rethrows -> Times {
    let clock = ContinuousClock()
    var run = 0
    func group(_ calls: Int) throws -> Double {
      let start = clock.now
      for _ in 0..<calls {
        try call(run)
        run += 1
      }
      try wait()
      return (clock.now - start) / .seconds(1)
    }
    var (calls, spent, wasLong) = (1, 0.0, false)
    while true {
      spent = try group(calls)
      if spent < groupSeconds && calls < 1 << 20 {
        (calls, wasLong) = (calls * 2, false)
      } else if spent >= 20 * groupSeconds || wasLong {
        break
      } else {
        // An interruption makes a short group look long: it must be so twice, or by far.
        wasLong = true
      }
    }
    var samples = [spent / Double(calls) * 1e6]
    let end = clock.now + .seconds(seconds)
    while clock.now < end {
      samples.append(try group(calls) / Double(calls) * 1e6)
    }
    return Times(samples.sorted(), group: calls)
  }
}

/// The microseconds of a call.
struct Times {
  /// The median of all groups.
  let median: Double
  /// The fastest group.
  let lowest: Double
  /// The 99th percentile of all groups.
  let p99: Double
  /// How many groups were measured.
  let samples: Int
  /// The calls of a group.
  let group: Int

  /// Takes sorted samples.
  init(_ samples: [Double], group: Int) {
    self.median = samples[samples.count / 2]
    self.lowest = samples[0]
    self.p99 = samples[samples.count * 99 / 100]
    self.samples = samples.count
    self.group = group
  }
}

/// The times of a work, and whether its answers are right.
struct Measurement {
  /// The microseconds of a call.
  let times: Times
  /// How far the worst answer is off.
  let error: Double
  /// How far it may be off.
  let bound: Double

  /// One line of JSON.
  ///
  /// - Parameter work: The work's name.
  /// - Returns: The line.
  func json(_ work: String) -> String {
    // JSON has no word for a number that is none.
    let error = error.isFinite ? "\(error)" : "1e300"
    return """
      {"work": "\(work)", "us": \(times.median), "us_low": \(times.lowest), \
      "us_p99": \(times.p99), "samples": \(times.samples), "group": \(times.group), \
      "error": \(error), "bound": \(bound)}
      """
  }
}
