/// Appends one block to the columns while the next one is read.
///
/// ```
/// thread 1   read 0   read 1, then columns of 0   read 2, then columns of 1   ...
/// thread 2            columns of 0                columns of 1
/// ```
///
/// Each column gets the blocks in their order, by one thread at a time, so the table depends
/// neither on the number of threads nor on the size of the blocks. Nor do errors: the first fault
/// of the input, in its first column that has one there, is the one that is thrown.
struct CSVPipeline {
  let blocks: SharedBlocks
  let columns: [SharedColumn]

  /// The number of threads that may work at a time, this one included.
  let threadLimit: Int

  /// Appends all blocks that are left.
  ///
  /// - Parameter visit: Gets to see each block before it is appended.
  /// - Throws: `DataError` for a fault in the structure or in a value, or one of the disk.
  func run(visit: (CSVBlock) -> Void = { _ in }) throws(DataError) {
    var block = blocks.makeBlock()
    while try blocks.next(&block) {
      visit(block)
      append(block)
      let failures = columns.compactMap(\.failure)
      if let first = failures.min(by: { ($0.line ?? 0) < ($1.line ?? 0) }) { throw first }
    }
  }

  /// Appends a block while the next one is read.
  private func append(_ block: CSVBlock) {
    // Waking a thread costs more than the last block, or the only one, is worth.
    let threads = blocks.hasRemainingBytes ? threadLimit : 1
    Concurrency.perform(columns.count + 1, threads: threads) { [blocks, columns] task in
      if task == 0 { blocks.readAhead() } else { columns[task - 1].append(block) }
    }
  }
}
