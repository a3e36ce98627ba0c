import ApusServing
import ApusWire
import Dispatch
import Synchronization

/// A model whose score is the sum of a row, so that every answer can be checked.
///
/// A row that begins with ``blocking`` holds its thread until the gate opens.
struct FakeModel: ServedModel {
  static let blocking: Float = 1_000_000

  let info: ModelInfo
  var multiplyAddsPerRow = 4
  var isOnCPU = true
  let gate = Gate()
  let calls = CallCounter()

  init(_ name: String = "sum", featureWidth: Int = 4, outputWidth: Int = 1, digest: UInt8 = 1) {
    info = ModelInfo(
      handle: ModelHandle(rawValue: 0),
      name: name,
      version: "1",
      schemaHash: 77,
      task: .regression,
      featureWidth: featureWidth,
      outputWidth: outputWidth,
      columns: [
        .init(name: "age", valueKind: .real), .init(name: "weekend", valueKind: .boolean),
        .init(name: "month", valueKind: .category), .init(name: "visits", valueKind: .integer),
      ],
      device: "fake",
      digest: [UInt8](repeating: digest, count: 32)
    )
  }

  func score(
    floatRows: Span<Float>,
    rowCount: Int,
    into scores: inout MutableSpan<Float>
  ) throws(ScoringError) {
    calls.increment()
    for row in 0..<rowCount {
      let first = floatRows[row * info.featureWidth]
      if first == Self.blocking { gate.wait() }
      if first == -Self.blocking { throw .device }
      var sum: Float = 0
      for column in 0..<info.featureWidth { sum += floatRows[row * info.featureWidth + column] }
      for output in 0..<info.outputWidth { scores[row * info.outputWidth + output] = sum }
    }
  }

  func score(
    columns: [RawColumn],
    rowCount: Int,
    into scores: inout MutableSpan<Float>
  ) throws(ScoringError) {
    calls.increment()
    for row in 0..<rowCount {
      var score: Float = 0
      for column in columns where !column.isMissing(row) {
        switch column.values {
        case .numbers(let numbers):
          if numbers[row] == Double(Self.blocking) { gate.wait() }
          score += Float(numbers[row])
        case .booleans(let booleans): score += booleans[row] ? 100 : 0
        case .categories(let dictionary, let codes):
          score += Float(dictionary[Int(codes[row])].utf8.count)
        }
      }
      for output in 0..<info.outputWidth { scores[row * info.outputWidth + output] = score }
    }
  }
}

/// Holds threads until it is opened, once and for all.
final class Gate: Sendable {
  private let semaphore = DispatchSemaphore(value: 0)

  func wait() {
    semaphore.wait()
    semaphore.signal()
  }

  func open() { semaphore.signal() }
}

/// Counts calls from any thread.
final class CallCounter: Sendable {
  private let calls = Atomic<Int>(0)

  var count: Int { calls.load(ordering: .relaxed) }

  func increment() { calls.add(1, ordering: .relaxed) }
}
