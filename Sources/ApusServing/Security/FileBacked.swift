import Logging
import NIOCore
import Synchronization

/// A value that is made from files, and made anew when they change.
///
/// Nobody waits for a change: whoever asks for the value looks at the files, at most once a second.
/// New files that are of no use are reported once, and the value that is there stays.
final class FileBacked<Value: Sendable>: Sendable {
  private struct State {
    var value: Value
    var signatures: [FileSignature?]
    var nextLook: NIODeadline
  }

  private let paths: [String]
  private let make: @Sendable () throws(SecurityError) -> Value
  private let log: Logger
  private let state: Mutex<State>

  /// Makes the value for the first time.
  ///
  /// - Parameters:
  ///   - paths: The files.
  ///   - log: Where changes are written, good and bad.
  ///   - make: Reads the files.
  /// - Throws: What `make` throws the first time.
  init(
    _ paths: [String], log: Logger, make: @escaping @Sendable () throws(SecurityError) -> Value
  ) throws(SecurityError) {
    self.paths = paths
    self.make = make
    self.log = log
    // The look comes before the reading: what changes in between is seen by the next look.
    let signatures = paths.map(FileSignature.init)
    state = Mutex(
      State(value: try make(), signatures: signatures, nextLook: .now() + .seconds(1)))
  }

  /// Returns the value of the files as they are, or were up to a second ago.
  func current(at now: NIODeadline = .now()) -> Value {
    state.withLock { state in
      guard now >= state.nextLook else { return state.value }
      state.nextLook = now + .seconds(1)
      let signatures = paths.map(FileSignature.init)
      guard signatures != state.signatures else { return state.value }
      state.signatures = signatures
      do throws(SecurityError) {
        state.value = try make()
        log.notice("files were read again", metadata: ["files": "\(paths)"])
      } catch {
        log.error(
          "changed files are not used; the former ones stay in force",
          metadata: ["files": "\(paths)", "error": "\(error)"])
      }
      return state.value
    }
  }
}
