internal import ApusSystem

/// Why a measurement could not be made.
public struct BenchError: Error, Hashable, Sendable, CustomStringConvertible {
  /// What failed.
  public enum Code: Hashable, Sendable {
    /// No connection could be made.
    case unreachable
    /// The server refused the handshake, the model or the plan.
    case refused
    /// What came back is not the protocol.
    case unintelligible
    /// A file of requests or expected scores cannot be used.
    case badFile
    /// A call of the operating system failed.
    case system
  }

  /// What failed.
  public let code: Code

  /// One sentence with the values and what to do.
  public let message: String

  /// The message.
  public var description: String { message }

  /// Creates an error.
  ///
  /// - Parameters:
  ///   - code: What failed.
  ///   - message: One sentence with the values and what to do.
  package init(_ code: Code, _ message: String) {
    self.code = code
    self.message = message
  }

  /// The error that `errno` tells of.
  ///
  /// - Parameters:
  ///   - call: The call of the operating system.
  ///   - code: What failed.
  /// - Returns: The error.
  static func system(_ call: String, _ code: Code = .system) -> BenchError {
    BenchError(SystemError(call), code)
  }

  /// Creates the error of a call of the operating system.
  ///
  /// - Parameters:
  ///   - error: The call and its error number.
  ///   - code: What failed.
  init(_ error: SystemError, _ code: Code = .system) { self.init(code, "\(error)") }
}

extension Descriptor {
  /// Takes a descriptor over.
  ///
  /// - Parameters:
  ///   - number: What the call returned; negative if it failed.
  ///   - call: The name of the call.
  /// - Returns: Its owner.
  /// - Throws: ``BenchError`` with code `system` if the call failed.
  static func taking(_ number: Int32, from call: String) throws(BenchError) -> Descriptor {
    do throws(SystemError) {
      return try Descriptor(number, from: call)
    } catch {
      throw BenchError(error)
    }
  }
}
