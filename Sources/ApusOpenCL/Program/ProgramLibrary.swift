import ApusCompute
import Logging
import Synchronization

/// The programs of a context, each built when it is first asked for.
final class ProgramLibrary: Sendable {
  private let source: KernelSource
  private let flavour: Flavour
  private let cache: ProgramCache?
  private let logger: Logger
  private let programs = Mutex<[KernelModule: SharedProgram]>([:])

  /// Makes a library in which nothing is built.
  init(source: KernelSource, flavour: Flavour, cache: ProgramCache?, logger: Logger) {
    self.source = source
    self.flavour = flavour
    self.cache = cache
    self.logger = logger
  }

  /// A kernel of a module, which is built if it is not yet.
  ///
  /// - Throws: `ComputeError.kernelBuildFailed`.
  func kernel(
    _ name: String,
    of module: KernelModule,
    context: borrowing Context
  ) throws(ComputeError) -> Kernel {
    try Kernel(name, of: program(module, context: context).program)
  }

  /// The program of a module.
  ///
  /// - Throws: `ComputeError.kernelBuildFailed`.
  private func program(
    _ module: KernelModule,
    context: borrowing Context
  ) throws(ComputeError) -> SharedProgram {
    try programs.withLock { programs throws(ComputeError) in
      if let program = programs[module] { return program }
      let program = SharedProgram(
        try Program.make(
          source: source.text(of: module),
          definitions: module.definitions(flavour: flavour),
          context: context,
          cache: cache,
          logger: logger
        )
      )
      programs[module] = program
      return program
    }
  }
}

/// A program with several owners.
final class SharedProgram: Sendable {
  /// The program.
  let program: Program

  /// Takes over a program.
  init(_ program: consuming Program) {
    self.program = program
  }
}
