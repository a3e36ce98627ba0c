import ApusRandom
import Testing

@Suite("Philox")
struct PhiloxTests {
  @Test("gives the known answers of Random123")
  func knownAnswers() {
    #expect(
      Philox(seed: 0).block(0) == SIMD4(0x6627_E8D5, 0xE169_C58D, 0xBC57_AC4C, 0x9B00_DBD8)
    )
    #expect(
      Philox(seed: .max, stream: .max).block(.max)
        == SIMD4(0x408F_276D, 0x41C8_3B0E, 0xA20B_C7C6, 0x6D54_51FD)
    )
    #expect(
      Philox(seed: 0x299F_31D0_A409_3822, stream: 0x0370_7344_1319_8A2E)
        .block(0x85A3_08D3_243F_6A88)
        == SIMD4(0xD16C_FE09, 0x94FD_CCEB, 0x5001_E420, 0x2412_6EA1)
    )
  }

  @Test("draws uniform numbers in 0..<1 with the right mean")
  func uniform() {
    let philox = Philox(seed: 7, stream: 3)
    let draws = (0..<10_000).map(philox.uniform)
    #expect(draws.allSatisfy { 0 <= $0 && $0 < 1 })
    let mean = draws.reduce(0, +) / 10_000
    #expect(abs(mean - 0.5) < 0.012)
  }
}
