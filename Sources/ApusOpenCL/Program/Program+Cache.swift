import ApusCompute
import Logging

extension Program {
  /// Builds a program, from the cache where it holds a sound entry.
  ///
  /// Whatever is wrong with the cache costs time and nothing else: it is logged at debug level and
  /// the program is built from source.
  ///
  /// - Parameters:
  ///   - source: the OpenCL C text.
  ///   - definitions: the macros to define, each as NAME=VALUE.
  ///   - context: where to build.
  ///   - cache: where built programs are kept, if anywhere.
  ///   - logger: told at debug level what the cache could not do.
  /// - Returns: the program.
  /// - Throws: `ComputeError.kernelBuildFailed`.
  static func make(
    source: String,
    definitions: [String],
    context: borrowing Context,
    cache: ProgramCache?,
    logger: Logger
  ) throws(ComputeError) -> Program {
    let device = context.device
    let options = ([buildOptions(for: device)] + definitions.map { "-D\($0)" })
      .joined(separator: " ")
    guard let cache else {
      return try Program(source: source, options: options, context: context)
    }
    let key = ProgramCache.Key(
      [
        device.platformVersion, device.vendor, device.name, device.version,
        device.driverVersion, options, source,
      ]
    )
    do {
      let binary = try cache.load(key)
      return try Program(binary: binary, options: options, context: context)
    } catch {
      logger.debug(
        "building the OpenCL program",
        metadata: ["entry": "\(cache.path(of: key))", "reason": "\(error)"]
      )
    }
    let program = try Program(source: source, options: options, context: context)
    do {
      if let binary = program.binary() { try cache.store(binary, for: key) }
    } catch {
      logger.debug(
        "the built OpenCL program was not kept",
        metadata: ["entry": "\(cache.path(of: key))", "reason": "\(error)"]
      )
    }
    return program
  }

  /// The compiler's options: strict arithmetic, rounded correctly where the device can.
  private static func buildOptions(for device: Device) -> String {
    "-cl-std=CL1.2"
      + (device.roundsQuotientsCorrectly ? " -cl-fp32-correctly-rounded-divide-sqrt" : "")
  }
}
