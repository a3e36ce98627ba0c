extension Table {
  /// The same table without rows that repeat an earlier row.
  ///
  /// - Returns: The table, and the number of rows that were dropped.
  /// - Complexity: Expected O(rows x columns).
  public func droppingDuplicates() -> (table: Table, dropped: Int) {
    let duplicates = duplicateRows(hashes: ColumnValues(rowHashes(0..<rowCount)))
    guard !duplicates.isEmpty else { return (self, 0) }
    let kept = (0..<rowCount).filter { !duplicates.contains($0) }
    return (selecting(kept), rowCount - kept.count)
  }

  /// The rows that repeat an earlier row, found in memory that does not grow with the rows but for
  /// a bit of each.
  ///
  /// - Parameter folder: Where rows' hashes are kept in a file.
  /// - Returns: The rows to drop.
  /// - Throws: `DataError` with `unwritable` or `unreadable` for that file.
  /// - Complexity: Expected O(rows x columns).
  func duplicateRows(scratchFolder folder: String) throws(DataError) -> RowMask {
    let scratch = try ScratchFile(in: folder)
    for first in stride(from: 0, to: rowCount, by: Self.partRows) {
      let rows = first..<min(first + Self.partRows, rowCount)
      try scratch.write(rowHashes(rows).span, at: first * MemoryLayout<UInt64>.stride)
    }
    let file = try scratch.mapped(count: rowCount * MemoryLayout<UInt64>.stride)
    return duplicateRows(hashes: ColumnValues(file, count: rowCount))
  }

  /// The distinct rows that are looked up at a time.
  private static let partRows = 1 << 20

  /// The rows that repeat an earlier row.
  ///
  /// Two rows are duplicates when every column has the same value in both, or is missing in both.
  /// Rows are found by a 64-bit hash and then compared value by value, so no row is ever dropped
  /// because of a collision. Rows fall into parts by their hashes, and a table of slots is made
  /// for one part at a time, so that it stays small.
  private func duplicateRows(hashes: ColumnValues<UInt64>) -> RowMask {
    precondition(rowCount < UInt32.max, "a table has at most 2^32 - 2 rows, not \(rowCount)")
    var duplicates = RowMask()
    let parts = max(1, (rowCount + Self.partRows - 1) / Self.partRows)
    func part(_ hash: UInt64) -> Int {
      Int(hash.multipliedFullWidth(by: UInt64(parts)).high)
    }
    var counts = [Int](repeating: 0, count: parts)
    for hash in hashes { counts[part(hash)] += 1 }
    for current in 0..<parts {
      var slots = [UInt32](repeating: .max, count: Self.slotCount(for: counts[current]))
      for row in 0..<rowCount {
        let hash = hashes[row]
        guard parts == 1 || part(hash) == current else { continue }
        var slot = Int(truncatingIfNeeded: hash) & (slots.count - 1)
        while true {
          guard slots[slot] != .max else {
            slots[slot] = UInt32(row)
            break
          }
          let other = Int(slots[slot])
          if hashes[other] == hash, isDuplicate(row, of: other) {
            duplicates.insert(row)
            break
          }
          slot = (slot + 1) & (slots.count - 1)
        }
      }
    }
    return duplicates
  }

  /// A power of two that leaves the open-addressing table at most half full.
  private static func slotCount(for rows: Int) -> Int {
    1 << (Int.bitWidth - max(rows, 1).leadingZeroBitCount + 1)
  }

  /// The hash of each of some rows.
  private func rowHashes(_ rows: Range<Int>) -> [UInt64] {
    var hashes = [UInt64](repeating: 0, count: rows.count)
    let first = rows.lowerBound
    for column in columns {
      if !column.missing.isEmpty {
        for row in rows where column.missing.contains(row) {
          hashes[row - first] = StableHash.mix(hashes[row - first], 0x9E37_79B9_7F4A_7C15)
        }
      }
      switch column.storage {
      case .numbers(let numbers):
        for row in rows where !column.missing.contains(row) {
          // Adding zero turns -0.0, which equals 0.0, into 0.0.
          hashes[row - first] = StableHash.mix(
            hashes[row - first], (numbers[row] + 0).bitPattern)
        }
      case .strings(_, let codes):
        for row in rows where !column.missing.contains(row) {
          hashes[row - first] = StableHash.mix(hashes[row - first], UInt64(codes[row]))
        }
      }
    }
    return hashes
  }

  private func isDuplicate(_ row: Int, of other: Int) -> Bool {
    columns.allSatisfy { column in
      guard !column.missing.contains(row), !column.missing.contains(other) else {
        return column.missing.contains(row) == column.missing.contains(other)
      }
      return switch column.storage {
      case .numbers(let numbers): numbers[row] == numbers[other]
      case .strings(_, let codes): codes[row] == codes[other]
      }
    }
  }
}
