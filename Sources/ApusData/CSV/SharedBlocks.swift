import Synchronization

/// The blocks of an input, the next of which any thread may read ahead.
final class SharedBlocks: Sendable {
  private struct State: ~Copyable {
    var blocks: CSVBlocks
    var ahead: CSVBlock
    /// Whether `ahead` holds rows; nil while nothing has been read ahead.
    var isOpen: Result<Bool, DataError>?

    mutating func readAhead() {
      guard isOpen == nil else { return }
      do throws(DataError) {
        isOpen = .success(try blocks.read(into: &ahead))
      } catch {
        isOpen = .failure(error)
      }
    }
  }

  private let state: Mutex<State>

  init(_ blocks: consuming CSVBlocks) {
    let block = blocks.makeBlock()
    state = Mutex(State(blocks: blocks, ahead: block, isOpen: nil))
  }

  /// Whether the input goes on behind the last block that was read.
  var hasRemainingBytes: Bool { state.withLock { $0.blocks.hasRemainingBytes } }

  /// An empty block to begin with.
  func makeBlock() -> CSVBlock { state.withLock { $0.blocks.makeBlock() } }

  /// Reads the next block, or remembers why that failed.
  func readAhead() {
    state.withLock { $0.readAhead() }
  }

  /// Moves on to the next block, which may have been read ahead.
  ///
  /// - Parameter block: The block before it, whose memory is used again.
  /// - Returns: Whether there are more rows; the block then has at least one.
  /// - Throws: `DataError` for a fault in the structure, or one of the disk.
  func next(_ block: inout CSVBlock) throws(DataError) -> Bool {
    let isOpen = state.withLock { state in
      state.readAhead()
      swap(&state.ahead, &block)
      defer { state.isOpen = nil }
      return state.isOpen ?? .success(false)
    }
    return try isOpen.get()
  }

  /// Starts again behind the header.
  ///
  /// - Parameter hasHeader: Whether there is one.
  /// - Throws: `DataError` for a fault of the disk.
  func restart(hasHeader: Bool) throws(DataError) {
    try state.withLock { state throws(DataError) in
      state.blocks.rewind()
      state.isOpen = nil
      if hasHeader { _ = try state.blocks.read(into: &state.ahead, rowLimit: 1) }
    }
  }
}
