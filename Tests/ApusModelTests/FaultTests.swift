import ApusCompute
import ApusModel
import Testing

/// Devices that fail: at the n-th allocation, build, run or copy.
@Suite struct FaultTests {
  @Test("whichever call fails, the error is typed and the next score is right")
  func everyCallFails() throws {
    let fixture = try Fixture()
    let expected = try Scorer(fixture.artifact, backend: FaultyBackend(failsAt: 0))
      .scores(of: fixture.table)
    var codes: Set<ComputeError.Code> = []
    var failures = 0
    for call in 1... {
      let backend = FaultyBackend(failsAt: call)
      do {
        let scorer = try Scorer(
          fixture.artifact, backend: backend, batchCapacity: 16, hasEmbeddings: true)
        let error = #expect(throws: ComputeError.self) {
          _ = try scorer.scores(of: fixture.table)
          if backend.callCount < call { throw ComputeError(.deviceUnavailable, "all was well") }
        }
        if error?.code == .deviceUnavailable { break }
        if let code = error?.code { codes.insert(code) }
        // The plan that failed is given up; another one is compiled.
        #expect(try scorer.scores(of: fixture.table) == expected, "call \(call)")
      } catch let error as ComputeError {
        codes.insert(error.code)
      }
      failures += 1
    }
    #expect(failures > 8)
    #expect(codes == [.allocationFailed, .kernelBuildFailed, .executionFailed])
  }

  @Test("a device that fails while the golden rows are run again is found out")
  func golden() throws {
    let fixture = try Fixture()
    let backend = FaultyBackend(failsAt: 5)
    let scorer = try Scorer(fixture.artifact, backend: backend)
    #expect(backend.callCount == 4)
    #expect(throws: ComputeError.self) { try scorer.verifyGoldenRows() }
    try scorer.verifyGoldenRows()
  }
}
