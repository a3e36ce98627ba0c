import ApusCPU
import ApusCompute
import Foundation
import Testing

/// The environment variable that forces an instruction set level.
@Suite("Forced dispatch")
struct ForcedDispatchTests {
  @Test("APUS_ISA gives the level that it names", arguments: InstructionSet.supported)
  func supported(_ level: InstructionSet) async {
    await #expect(processExitsWith: .success) { [name = level.rawValue as String] in
      unsafe setenv("APUS_ISA", name, 1)
      #expect(InstructionSet.preferred.rawValue == name)
      #expect(CPUBackend(threads: 1).instructionSet.rawValue == name)
      #expect(CPUBackend(threads: 1).device.version == name)
    }
  }

  @Test("a name that says nothing gives the highest level", arguments: ["", "avx", "AVX2", "neon"])
  func unknown(_ name: String) async {
    await #expect(processExitsWith: .success) { [name] in
      unsafe setenv("APUS_ISA", name, 1)
      #expect(InstructionSet.preferred == InstructionSet.supported.last)
    }
  }

  @Test("no name gives the highest level")
  func absent() async {
    await #expect(processExitsWith: .success) {
      unsafe unsetenv("APUS_ISA")
      #expect(InstructionSet.preferred == InstructionSet.supported.last)
      #expect(InstructionSet.supported.first == .baseline)
      #expect(InstructionSet.supported == InstructionSet.supported.sorted())
    }
  }
}
