internal import ApusBench
internal import ApusClient
internal import ApusCompute
internal import ApusData
internal import ApusModel
internal import ApusNetFile
internal import ApusOperations
internal import ApusServing
internal import ApusSimulation
internal import ApusTraining

/// An error as the command line reports it: one line, and an exit code of `sysexits.h`.
struct Failure: Error {
  let message: String
  let exitCode: Int32

  /// Wrong use of the command line.
  static func usage(_ message: String) -> Failure { Failure(message: message, exitCode: 64) }

  /// A fault that is nobody's input.
  static func internalFault(_ message: String) -> Failure {
    Failure(message: message, exitCode: 70)
  }

  /// A file that cannot be written.
  static func cannotWrite(_ path: String, _ cause: any Error) -> Failure {
    Failure(message: "\(path): it cannot be written: \(cause.reason)", exitCode: 73)
  }

  /// A file that cannot be read, or is not what it should be.
  static func unreadable(_ path: String, _ reason: String) -> Failure {
    Failure(message: "\(path): \(reason)", exitCode: 65)
  }

  /// A row that the model gives no finite score, whether here or on a server.
  static func noScore(_ path: String, row: Int) -> Failure {
    Failure(
      message: "\(path): row \(row): the model's score is not a finite number; look for extreme "
        + "values in that row",
      exitCode: 65)
  }

  /// An error in one line, whatever it is.
  static func text(_ error: any Error) -> String { Failure(error)?.message ?? error.reason }

  private init(message: String, exitCode: Int32) {
    self.message = message.split(whereSeparator: \.isNewline).joined(separator: " ")
    self.exitCode = exitCode
  }

  /// The failure that an error of one of the rooms means; nil for errors of the argument parser.
  init?(_ error: any Error) {
    switch error {
    case let failure as Failure: self = failure
    case let error as DataError: self.init(message: "\(error)", exitCode: 65)
    case let error as ArtifactError:
      self.init(message: "\(error)", exitCode: error.code == .unwritable ? 73 : 65)
    case let error as DivergedError: self.init(message: "\(error)", exitCode: 65)
    case let error as CheckpointError:
      self.init(message: "\(error)", exitCode: error.code == .unwritable ? 73 : 65)
    case let error as SuspendedError: self.init(message: "\(error)", exitCode: 75)
    case let error as NetFileError: self.init(message: "\(error)", exitCode: 65)
    case let error as ComputeError:
      self.init(message: "\(error)", exitCode: error.code == .shapeMismatch ? 65 : 69)
    case let error as InterruptedError: self.init(message: "\(error)", exitCode: 75)
    case let error as ServerError: self.init(message: "\(error)", exitCode: 69)
    case let error as OperationsError: self.init(message: "\(error)", exitCode: 69)
    case let error as SecurityError:
      self.init(message: "\(error)", exitCode: error.code == .open ? 64 : 65)
    case let error as ClientError:
      self.init(message: "\(error)", exitCode: error.code == .refused ? 65 : 69)
    case let error as SimulationError: self.init(message: "\(error)", exitCode: 73)
    case let error as BenchError:
      self.init(message: "\(error)", exitCode: error.code == .badFile ? 65 : 69)
    case let error as DemoError: self.init(message: "\(error)", exitCode: error.exitCode)
    default: return nil
    }
  }
}
