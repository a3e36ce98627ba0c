/// Why a graph could not be built, compiled or run.
public struct ComputeError: Error, Hashable, Sendable {
  /// What went wrong, for programs.
  public struct Code: Hashable, Sendable, RawRepresentable {
    /// The code's stable name.
    public let rawValue: String

    /// Makes a code from its stable name.
    public init(rawValue: String) { self.rawValue = rawValue }

    /// The operands' shapes do not fit the operation.
    public static let shapeMismatch = Code(rawValue: "shapeMismatch")
    /// A stored graph has an operation that this version does not have.
    public static let unknownOperation = Code(rawValue: "unknownOperation")
    /// The operation has no gradient with respect to an operand that needs one.
    public static let notDifferentiable = Code(rawValue: "notDifferentiable")
    /// No variable has the name asked for, or it has another element count.
    public static let variableMismatch = Code(rawValue: "variableMismatch")
    /// The device, its driver or its loader is missing.
    public static let deviceUnavailable = Code(rawValue: "deviceUnavailable")
    /// A kernel did not compile on the device.
    public static let kernelBuildFailed = Code(rawValue: "kernelBuildFailed")
    /// The device could not give the memory asked for.
    public static let allocationFailed = Code(rawValue: "allocationFailed")
    /// The device has no net of the precision asked for.
    public static let unsupportedPrecision = Code(rawValue: "unsupportedPrecision")
    /// The device failed while it ran.
    public static let executionFailed = Code(rawValue: "executionFailed")
  }

  /// What went wrong, for programs.
  public let code: Code
  /// What went wrong, in a sentence with the values that show it.
  public let message: String
  /// The failing call and its status, where a foreign library failed.
  public let cause: String?

  /// Makes an error.
  public init(_ code: Code, _ message: String, cause: String? = nil) {
    self.code = code
    self.message = message
    self.cause = cause
  }
}

extension ComputeError: CustomStringConvertible {
  /// The message, with the cause behind it.
  public var description: String { cause.map { "\(message) (\($0))" } ?? message }
}
