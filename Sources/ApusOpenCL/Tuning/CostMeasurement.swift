import ApusCompute

/// Measurement of what it takes to speak to a device.
struct CostMeasurement {
  let backend: OpenCLBackend
  private let clock = ContinuousClock()
  /// The floats of a long copy, 16 MiB.
  private let longCount = 1 << 22
  private let shortCount = 16

  init(backend: OpenCLBackend) {
    self.backend = backend
  }

  /// Launches an empty kernel and copies pinned memory, and takes the least times.
  ///
  /// - Throws: `ComputeError` when the device fails.
  func costs() throws(ComputeError) -> DeviceCosts {
    let context = backend.context.device
    let program = try Program(
      source: "kernel void nothing(void) {}\n",
      options: "-cl-std=CL1.2",
      context: backend.context
    )
    let kernel = try Kernel("nothing", of: program)
    let queue = try CommandQueue(backend.context)
    let host = try PinnedBuffer(count: longCount, context: backend.context, queue: queue)
    let device = try DeviceBuffer(
      count: min(longCount, context.maximumAllocationBytes / MemoryLayout<Float>.stride),
      context: backend.context,
      purpose: "a copy that is timed"
    )

    func launches(_ count: Int) throws(ComputeError) -> Double {
      try least { () throws(ComputeError) in
        for _ in 0..<count { try queue.enqueue(kernel, global: [1, 1], local: [1, 1]) }
        try queue.finish()
      }
    }
    let single = try launches(1)
    let many = 256
    let queued = max(0, (try launches(many) - single) / Double(many - 1))
    func write(_ count: Int) throws(ComputeError) -> Double {
      try least { () throws(ComputeError) in
        try queue.startWrite(host, count: count, to: device, at: 0).wait()
      }
    }
    func read(_ count: Int) throws(ComputeError) -> Double {
      try least { () throws(ComputeError) in
        try unsafe queue.read(device, at: 0, count: count, into: host.elements)
      }
    }
    return DeviceCosts(
      launchMicroseconds: single,
      queuedLaunchMicroseconds: queued,
      write: copy(short: try write(shortCount), long: try write(device.count), count: device.count),
      read: copy(short: try read(shortCount), long: try read(device.count), count: device.count)
    )
  }

  private func copy(short: Double, long: Double, count: Int) -> DeviceCosts.Copy {
    let megabytes = Double((count - shortCount) * MemoryLayout<Float>.stride) * 1e-6
    // Where noise has made the short copy the longer one, all of the other's time counts.
    return DeviceCosts.Copy(
      latencyMicroseconds: short,
      microsecondsPerMegabyte: (long > short ? long - short : long) / megabytes
    )
  }

  /// The least time of `body` within some milliseconds, after one call that is not timed.
  private func least(_ body: () throws(ComputeError) -> Void) throws(ComputeError) -> Double {
    try body()
    let end = clock.now + .milliseconds(15)
    var least = Double.infinity
    repeat {
      let start = clock.now
      try body()
      least = min(least, (clock.now - start).inMicroseconds)
    } while clock.now < end
    return least
  }
}
