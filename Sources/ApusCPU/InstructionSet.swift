internal import CSIMD
internal import Glibc

/// An instruction set level for which the CPU's kernels are compiled.
public enum InstructionSet: String, Hashable, Sendable, CaseIterable, Comparable {
  /// SSE2 on x86-64, NEON on arm64.
  case baseline
  /// AVX2 and FMA.
  case avx2
  /// AVX-512 F, BW, DQ and VL.
  case avx512
  /// AVX-512 with VNNI, whose products of bytes score in int8; all else is as without it.
  case avx512VNNI = "avx512-vnni"

  /// Whether this machine and its operating system can run this level.
  public var isSupported: Bool { apus_isa_is_supported(isa) }

  /// The levels that this machine can run, lowest first.
  public static var supported: [InstructionSet] { allCases.filter(\.isSupported) }

  /// The level that the environment variable `APUS_ISA` names, or else the highest supported one.
  ///
  /// A name that is unknown or not supported here is not obeyed, and the highest level is used.
  public static var preferred: InstructionSet {
    let named = unsafe getenv("APUS_ISA").flatMap {
      unsafe InstructionSet(rawValue: String(cString: $0))
    }
    if let named, named.isSupported { return named }
    return supported.last ?? .baseline
  }

  /// Lower levels come first.
  public static func < (left: InstructionSet, right: InstructionSet) -> Bool {
    left.isa.rawValue < right.isa.rawValue
  }

  var isa: apus_isa {
    switch self {
    case .baseline: APUS_ISA_BASELINE
    case .avx2: APUS_ISA_AVX2
    case .avx512: APUS_ISA_AVX512
    case .avx512VNNI: APUS_ISA_AVX512_VNNI
    }
  }
}
