internal import FoundationEssentials
internal import Glibc

extension Error {
  /// Why a call failed, in a few words.
  ///
  /// Foundation describes a failure of a file by all it knows, on several lines; here it is the
  /// operating system's own sentence where there is one.
  package var reason: String {
    switch self {
    case let error as CocoaError: error.underlying?.reason ?? "\(error.code)"
    case let error as POSIXError: unsafe String(cString: strerror(error.code.rawValue))
    default: "\(self)"
    }
  }
}
