import CSIMD
import Testing

/// An instruction set level that this machine can run.
struct Level: Sendable, CustomTestStringConvertible {
  /// What the level is called.
  let name: String

  private let rawValue: Int32

  /// The level as the kernels name it.
  var isa: apus_isa { apus_isa(rawValue: rawValue) }

  var testDescription: String { name }

  /// Every level of this machine, lowest first.
  static let all = [
    Level(name: "baseline", rawValue: APUS_ISA_BASELINE.rawValue),
    Level(name: "avx2", rawValue: APUS_ISA_AVX2.rawValue),
    Level(name: "avx512", rawValue: APUS_ISA_AVX512.rawValue),
  ].filter { apus_isa_is_supported($0.isa) }
}

/// The owner of threads that share a step.
@safe
final class Pool: Sendable {
  /// The C pool; nil for the caller alone.
  nonisolated(unsafe) let handle: OpaquePointer?

  /// The threads, the caller counted.
  var threads: Int { unsafe apus_pool_threads(handle) }

  /// Starts `threads - 1` threads.
  init(threads: Int) { unsafe handle = threads > 1 ? unsafe apus_pool_create(threads) : nil }

  deinit { if let handle = unsafe handle { unsafe apus_pool_destroy(handle) } }
}
