#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Moves a file or folder to a new name, in one step.
///
/// - Parameters:
///   - source: The old name.
///   - target: The new name; nothing but an empty folder may be there.
/// - Throws: ``SimulationError`` with code `fileSystem`.
func move(_ source: String, to target: String) throws(SimulationError) {
  if unsafe rename(source, target) != 0 { throw .systemCall("rename to \(target)", source) }
}

/// Makes a folder, and its parents where they are missing.
///
/// - Parameter path: The folder, which may exist.
/// - Throws: ``SimulationError`` with code `fileSystem`.
func makeDirectory(_ path: String) throws(SimulationError) {
  if unsafe mkdir(path, 0o755) == 0 || errno == EEXIST { return }
  let failure = SimulationError.systemCall("mkdir", path)
  let parent = path.split(separator: "/").dropLast().joined(separator: "/")
  if errno != ENOENT || parent.isEmpty { throw failure }
  try makeDirectory("/" + parent)
  if unsafe mkdir(path, 0o755) != 0 { throw .systemCall("mkdir", path) }
}

/// The number of this process.
func processIdentifier() -> Int32 { getpid() }

extension SimulationError {
  /// The failure of a system call, with the reason that the system gives.
  ///
  /// - Parameters:
  ///   - name: The system call.
  ///   - path: The file it was about.
  /// - Returns: The error.
  static func systemCall(_ name: String, _ path: String) -> Self {
    let reason = unsafe String(cString: strerror(errno))
    return Self(.fileSystem, "cannot \(name) \(path): \(reason)")
  }
}
