internal import Glibc

/// A run of this same executable with other arguments.
///
/// It is owned: where the owner goes out of scope, for whatever reason, the process has ended.
struct ChildProcess: ~Copyable {
  /// Where a stream of the child goes.
  enum Stream {
    /// Where this process's own goes.
    case inherited
    /// To a file, which is replaced.
    case file(String)
  }

  /// How a process ended.
  enum Ending: Equatable, Sendable {
    /// With an exit code.
    case exited(Int32)
    /// By a signal.
    case killed(Int32)
  }

  private let identifier: pid_t
  private var ending: Ending?

  private init(identifier: pid_t) {
    self.identifier = identifier
  }

  deinit {
    guard ending == nil else { return }
    kill(identifier, SIGTERM)
    for _ in 0..<200 {
      if Self.reap(identifier) != nil { return }
      usleep(10_000)
    }
    kill(identifier, SIGKILL)
    _ = waitpid(identifier, nil, 0)
  }

  /// Starts a process; it reads nothing from this one's input.
  ///
  /// - Parameters:
  ///   - arguments: What follows the name of the executable.
  ///   - output: Where its standard output goes.
  ///   - errors: Where its standard error goes.
  /// - Returns: The process.
  /// - Throws: ``DemoError`` with code `step`.
  static func start(
    _ arguments: [String], output: String, errors: Stream = .inherited
  ) throws(DemoError) -> ChildProcess {
    let executable = "/proc/self/exe"
    var files = unsafe posix_spawn_file_actions_t()
    unsafe posix_spawn_file_actions_init(&files)
    defer { unsafe posix_spawn_file_actions_destroy(&files) }
    let replacing = O_WRONLY | O_CREAT | O_TRUNC
    unsafe posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
    unsafe posix_spawn_file_actions_addopen(&files, STDOUT_FILENO, output, replacing, 0o644)
    if case .file(let path) = errors {
      unsafe posix_spawn_file_actions_addopen(&files, STDERR_FILENO, path, replacing, 0o644)
    }

    // What this process does with signals must not be what the child does.
    var attributes = posix_spawnattr_t()
    unsafe posix_spawnattr_init(&attributes)
    defer { unsafe posix_spawnattr_destroy(&attributes) }
    var signals = sigset_t()
    unsafe sigfillset(&signals)
    unsafe posix_spawnattr_setsigdefault(&attributes, &signals)
    unsafe sigemptyset(&signals)
    unsafe posix_spawnattr_setsigmask(&attributes, &signals)
    unsafe posix_spawnattr_setflags(
      &attributes, Int16(POSIX_SPAWN_SETSIGDEF) | Int16(POSIX_SPAWN_SETSIGMASK))

    var words = unsafe (["apus"] + arguments).map { unsafe strdup($0) } + [nil]
    defer { unsafe words.forEach { unsafe free($0) } }
    var identifier: pid_t = 0
    let result = unsafe posix_spawn(
      &identifier, executable, &files, &attributes, &words, environ)
    guard result == 0 else {
      throw DemoError(.step, "apus \(arguments[0]) cannot be started: \(meaning(of: result))")
    }
    return ChildProcess(identifier: identifier)
  }

  /// Whether the process has ended, and how.
  mutating func endingSoFar() -> Ending? {
    if ending == nil { ending = Self.reap(identifier) }
    return ending
  }

  /// Waits until the process has ended.
  ///
  /// - Returns: How it ended.
  /// - Throws: `CancellationError` where the task is cancelled first.
  mutating func wait() async throws -> Ending {
    while true {
      if let ending = endingSoFar() { return ending }
      try await Task.sleep(for: .milliseconds(5))
    }
  }

  /// Asks the process to end, and waits until it has.
  ///
  /// - Parameter limit: How long it may take before it is killed.
  /// - Returns: How it ended.
  /// - Throws: `CancellationError` where the task is cancelled first.
  mutating func stop(within limit: Duration) async throws -> Ending {
    kill(identifier, SIGTERM)
    let deadline = ContinuousClock.now + limit
    while ContinuousClock.now < deadline {
      if let ending = endingSoFar() { return ending }
      try await Task.sleep(for: .milliseconds(5))
    }
    kill(identifier, SIGKILL)
    return try await wait()
  }

  private static func reap(_ identifier: pid_t) -> Ending? {
    var status: Int32 = 0
    guard unsafe waitpid(identifier, &status, WNOHANG) == identifier else { return nil }
    // The layout of the status is fixed on Linux: signal in the low bits, exit code above.
    return status & 0x7F == 0 ? .exited(status >> 8 & 0xFF) : .killed(status & 0x7F)
  }

  private static func meaning(of number: Int32) -> String {
    unsafe strerror(number).map { unsafe String(cString: $0) } ?? "error \(number)"
  }
}
