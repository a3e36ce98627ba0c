internal import ApusCompute
internal import Glibc

/// Measures kernels on one device and prints a line of JSON for each work.
///
/// ```
/// apus-bench-kernels DEVICE THREADS SECONDS WORK...
/// ```
/// A work that fails prints a line that says why; the others go on.
@main
struct KernelBenchmark {
  static func main() {
    let arguments = Array(CommandLine.arguments.dropFirst())
    guard arguments.count > 3, let device = DeviceName(arguments[0]),
      let threads = Int(arguments[1]), threads > 0, let seconds = Double(arguments[2])
    else {
      print(
        """
        usage: apus-bench-kernels DEVICE THREADS SECONDS WORK...
        DEVICE is cpu, cpu:LEVEL, cpu:bf16-weights, cpu:bf16, cpu:int8, opencl:N, opencl:N:tf32
        or opencl:N:bf16
        """)
      exit(2)
    }
    let names = arguments.dropFirst(3)
    do {
      let started = try start(device, threads: threads)
      let sampler = Sampler(seconds: seconds, groupSeconds: device.groupSeconds)
      for name in names {
        measure(name, of: device, on: started.backend, sampler, start: started.time)
      }
    } catch {
      for name in names { report(name, "\(error)") }
    }
  }

  private static func measure(
    _ name: String, of device: DeviceName, on backend: any Backend, _ sampler: Sampler,
    start: Measurement
  ) {
    guard let work = Work(name) else { return report(name, "there is no such work") }
    do {
      if case .start = work { return show(start.json(name)) }
      show(try work.measured(on: backend, of: device, sampler).json(name))
    } catch {
      report(name, "\(error)")
    }
  }

  /// Opens the device and scores a row, as a program that starts does.
  private static func start(
    _ device: DeviceName, threads: Int
  ) throws -> (backend: any Backend, time: Measurement) {
    let clock = ContinuousClock()
    let begin = clock.now
    let backend = try device.backend(threads: threads)
    let first = try NetBenchmark(Net([17, 64, 64, 1]), rows: 1).measuredCalls(
      on: backend, Sampler(seconds: 0, groupSeconds: 0))
    let time = (clock.now - begin) / .seconds(1) * 1e6
    return (
      backend,
      Measurement(times: Times([time], group: 1), error: first.error, bound: first.bound)
    )
  }

  private static func report(_ name: String, _ failure: String) {
    let text = failure.map { character in
      switch character {
      case "\"", "\\": "'"
      case "\n": " "
      default: String(character)
      }
    }.joined()
    show("{\"work\": \"\(name)\", \"failure\": \"\(text)\"}")
  }

  /// Prints a line at once: whoever stops this program shall still have it.
  private static func show(_ line: String) {
    print(line)
    fflush(nil)
  }
}
