import ApusCompute

/// The tables that a plan's kernels read, in one buffer that is written once.
struct ConstantTables: ~Copyable {
  /// The words; the buffer's floats are only their bits.
  let buffer: DeviceBuffer
  private let offsets: [[UInt32]: Int]

  /// Writes the tables of all `launches`.
  ///
  /// - Throws: `ComputeError` with code `allocationFailed` or `executionFailed`.
  init(
    of launches: [Launch],
    context: borrowing Context,
    queue: borrowing CommandQueue
  ) throws(ComputeError) {
    var words: [UInt32] = []
    var offsets: [[UInt32]: Int] = [:]
    for case .table(let table) in launches.flatMap(\.arguments) where offsets[table] == nil {
      offsets[table] = words.count
      words += table
    }
    let bits = words.map(Float.init(bitPattern:))
    let buffer = try DeviceBuffer(count: bits.count, context: context, purpose: "a plan's tables")
    if !bits.isEmpty { try queue.write(bits.span, to: buffer, at: 0) }
    self.buffer = buffer
    self.offsets = offsets
  }

  /// The first word of a table.
  ///
  /// - Precondition: it is one of the launches' tables.
  func offset(of table: [UInt32]) -> Int {
    guard let offset = offsets[table] else {
      preconditionFailure("no table of \(table.count) words was written with these")
    }
    return offset
  }
}
