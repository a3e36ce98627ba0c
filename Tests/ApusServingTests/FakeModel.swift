import ApusServing
import ApusWire
import Dispatch
import Foundation
import Synchronization
import Testing

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

  init(
    _ name: String = "sum", version: String = "1", featureWidth: Int = 4, outputWidth: Int = 1,
    digest: UInt8 = 1
  ) {
    info = ModelInfo(
      handle: ModelHandle(rawValue: 0),
      name: name,
      version: version,
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

  func transform(
    _ columns: [RawColumn],
    rowCount: Int,
    into rows: inout MutableSpan<Float>
  ) throws(ScoringError) {
    for (index, column) in columns.enumerated() {
      for row in 0..<rowCount {
        let source = column.rowCount == 1 ? 0 : row
        guard !column.isMissing(source) else { continue }
        rows[row * info.featureWidth + index] =
          switch column.values {
          case .numbers(let numbers): Float(numbers[source])
          case .booleans(let booleans): booleans[source] ? 100 : 0
          case .categories(let dictionary, let codes):
            Float(dictionary[Int(codes[source])].utf8.count)
          }
      }
    }
  }

  func extract(
    floatRows: Span<Float>,
    rowCount: Int,
    into embeddings: inout MutableSpan<Float>
  ) throws(ScoringError) {
    for index in embeddings.indices {
      embeddings[index] = floatRows[index / info.embeddingWidth * info.featureWidth] + Float(index)
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

/// Counts calls from any thread, and knows which the last one was.
final class CallCounter: Sendable {
  private let calls = Atomic<Int>(0)
  private let thread = Mutex("")

  var count: Int { calls.load(ordering: .relaxed) }

  /// The name of the thread that called last.
  var lastThread: String { thread.withLock { $0 } }

  func increment() {
    calls.add(1, ordering: .relaxed)
    let name = (try? String(contentsOfFile: "/proc/thread-self/comm", encoding: .utf8)) ?? ""
    thread.withLock { $0 = name }
  }
}

/// Waits until something is true; fails if that takes longer than tests may.
func eventually(
  _ condition: () -> Bool, sourceLocation: SourceLocation = #_sourceLocation
) async throws {
  let end = ContinuousClock.now + .seconds(20)
  while !condition() {
    try #require(ContinuousClock.now < end, sourceLocation: sourceLocation)
    try await Task.sleep(for: .milliseconds(1))
  }
}
