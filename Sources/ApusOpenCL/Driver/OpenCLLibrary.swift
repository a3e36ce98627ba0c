package import ApusCompute
import COpenCL
import FoundationEssentials

/// The functions of an OpenCL loader that was opened when the program ran.
///
/// Nothing links to OpenCL, so the program starts on machines without it.
@safe
package final class OpenCLLibrary: @unchecked Sendable {
  /// The environment variable that names another loader than `libOpenCL.so.1`.
  package static let pathVariable = "APUS_OPENCL_LIBRARY"

  /// The functions under their own names.
  let functions: COpenCLFunctions

  /// Opens a loader.
  ///
  /// - Parameter path: the loader's path or name; nil means the one that the environment names, or
  ///   `libOpenCL.so.1`.
  /// - Throws: `ComputeError.deviceUnavailable` with the dynamic linker's own message.
  package init(path: String? = nil) throws(ComputeError) {
    let path =
      path ?? ProcessInfo.processInfo.environment[Self.pathVariable] ?? "libOpenCL.so.1"
    let functions = UnsafeMutablePointer<COpenCLFunctions>.allocate(capacity: 1)
    defer { unsafe functions.deallocate() }
    var message = [CChar](repeating: 0, count: 512)
    guard unsafe COpenCL_load(path, functions, &message, message.count) else {
      let reason = String(decoding: message.prefix { $0 != 0 }.map(UInt8.init), as: UTF8.self)
      throw ComputeError(
        .deviceUnavailable,
        "no OpenCL loader: install one (Debian: ocl-icd-libopencl1) or set \(Self.pathVariable)",
        cause: "dlopen: \(reason)"
      )
    }
    unsafe self.functions = functions.pointee
  }
}
