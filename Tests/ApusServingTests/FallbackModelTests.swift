import ApusServing
import ApusWire
import Synchronization
import Testing

/// A device that fails, and the processor that takes over.
@Suite struct FallbackModelTests {
  /// What a fake device does, call by call.
  private final class FaultyDevice: ServedModel {
    struct BuildFailure: Error {}

    let info: ModelInfo
    let multiplyAddsPerRow = 4
    let isOnCPU = false
    let calls = CallCounter()
    private let failing: Atomic<Bool>
    private let failsAt: Int

    init(failsAt: Int = .max, isLost: Bool = false) {
      info = FakeModel("a", digest: 3).info
      self.failsAt = failsAt
      failing = Atomic(isLost)
    }

    func repair() { failing.store(false, ordering: .relaxed) }

    func transform(
      _ columns: [RawColumn], rowCount: Int, into rows: inout MutableSpan<Float>
    ) throws(ScoringError) {}

    func score(
      floatRows: Span<Float>, rowCount: Int, into scores: inout MutableSpan<Float>
    ) throws(ScoringError) {
      calls.increment()
      // Half an answer, as a device that is lost in the middle leaves it.
      scores[0] = 666
      if calls.count == failsAt { failing.store(true, ordering: .relaxed) }
      if failing.load(ordering: .relaxed) { throw .device }
      for row in 0..<rowCount {
        scores[row] = (0..<4).reduce(Float(0)) { $0 + floatRows[row * 4 + $1] }
      }
    }
  }

  /// A model that was made ready on its device, or could not be.
  private func fallback(
    _ standby: FakeModel = FakeModel("a", digest: 3), delays: FallbackModel.Delays? = nil,
    _ make: @escaping FallbackModel.Make
  ) -> FallbackModel {
    FallbackModel(
      standby: standby, primary: try? make(), delays: delays ?? self.delays, make: make)
  }

  private var delays: FallbackModel.Delays {
    var delays = FallbackModel.Delays()
    delays.first = .milliseconds(1)
    delays.limit = .milliseconds(4)
    return delays
  }

  private func score(_ model: any ServedModel) throws -> Float {
    let rows: [Float] = [1, 2, 3, 4]
    var scores: [Float] = [0]
    var span = scores.mutableSpan
    try model.score(floatRows: rows.span, rowCount: 1, into: &span)
    return scores[0]
  }

  @Test func theBatchThatFailsIsAnsweredByTheProcessor() throws {
    let device = FaultyDevice(failsAt: 3)
    let standby = FakeModel("a", digest: 3)
    var slow = FallbackModel.Delays()
    slow.first = .seconds(3600)
    let model = fallback(standby, delays: slow) { device }
    for call in 1...5 {
      #expect(try score(model) == 10, "call \(call)")
      #expect(model.isDegraded == (call >= 3) && model.isOnCPU == (call >= 3))
    }
    #expect(device.calls.count == 3 && standby.calls.count == 3)
    try model.verify()
    #expect(standby.calls.count == 4, "the standby answers, so it is what is verified")
  }

  @Test func aLostDeviceIsTriedAnewWhileTheProcessorAnswers() async throws {
    let device = FaultyDevice(failsAt: 2)
    let makes = CallCounter()
    let model = fallback {
      makes.increment()
      if makes.count > 1 { throw FaultyDevice.BuildFailure() }
      return device
    }
    _ = (try score(model), try score(model))
    #expect(model.isDegraded)
    // It is made anew in vain until it is repaired, and what was lost is not asked again.
    try await eventually { makes.count >= 4 }
    #expect(try model.isDegraded && score(model) == 10)
  }

  @Test func goldenRowsBringItBack() async throws {
    let device = FaultyDevice(failsAt: 1)
    let makes = CallCounter()
    let model = fallback {
      makes.increment()
      return device
    }
    #expect(try score(model) == 10)
    #expect(model.isDegraded)
    device.repair()
    try await eventually { !model.isDegraded }
    let calls = device.calls.count
    #expect(try score(model) == 10 && !model.isOnCPU)
    #expect(device.calls.count == calls + 1)
    // It can fail and come back more than once.
    let again = fallback {
      FaultyDevice(failsAt: 3)
    }
    for _ in 0..<5 {
      try await eventually { [again] in
        _ = try? score(again)
        return again.isDegraded
      }
      try await eventually { !again.isDegraded }
    }
  }

  @Test func aModelThatCannotBeBuiltThereServesAndIsBuiltLater() async throws {
    let makes = CallCounter()
    let model = fallback {
      makes.increment()
      if makes.count < 4 { throw FaultyDevice.BuildFailure() }
      return FaultyDevice()
    }
    #expect(try model.isDegraded && score(model) == 10 && model.info.device == "fake")
    try await eventually { !model.isDegraded }
    #expect(makes.count == 4)
    #expect(try score(model) == 10)
  }

  @Test func aDeviceWithWrongGoldenRowsStaysAway() async throws {
    let makes = CallCounter()
    let model = fallback {
      makes.increment()
      if makes.count == 1 { throw FaultyDevice.BuildFailure() }
      return FaultyDevice(isLost: true)
    }
    try await eventually { makes.count >= 3 }
    #expect(try model.isDegraded && score(model) == 10)
  }

  @Test func theRequestsOwnFaultIsNotTheDevices() {
    struct Picky: ServedModel {
      let info = FakeModel("a", digest: 3).info
      let multiplyAddsPerRow = 4
      let isOnCPU = false

      func transform(
        _ columns: [RawColumn], rowCount: Int, into rows: inout MutableSpan<Float>
      ) throws(ScoringError) {}

      func score(
        floatRows: Span<Float>, rowCount: Int, into scores: inout MutableSpan<Float>
      ) throws(ScoringError) { throw .badInput("no", row: 0, column: 0) }
    }
    let model = fallback { Picky() }
    let error = #expect(throws: ScoringError.self) { try score(model) }
    #expect(error == .badInput("no", row: 0, column: 0) && !model.isDegraded)
  }

  @Test func aModelThatIsGoneIsNotProbedForEver() async throws {
    let makes = CallCounter()
    weak var gone: FallbackModel?
    do {
      let model = fallback {
        makes.increment()
        throw FaultyDevice.BuildFailure()
      }
      gone = model
      try await eventually { makes.count >= 2 }
    }
    // Weakly, or the look itself would keep a model that a probe still has.
    try await eventually { [weak gone] in gone == nil }
  }
}
