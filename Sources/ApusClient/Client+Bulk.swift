public import ApusWire
public import NIOCore

extension Client {
  /// Scores many rows of raw values, in as many requests as the server's grant asks for.
  ///
  /// Only as many requests are under way as the credit lets fly, so that none waits in a queue
  /// while its time runs. A batch that exceeds what one request or its reply may hold is cut.
  ///
  /// ```
  /// rows    | batchSize | batchSize | rest |      cut to the granted rows and bytes
  /// flying  '---- requests, rows, bytes <= credit ----'
  /// ```
  ///
  /// - Parameters:
  ///   - model: The description of the model.
  ///   - rowCount: The rows.
  ///   - batchSize: The most rows of one request, at least 1.
  ///   - timeout: How long each request may take from when it is sent.
  ///   - columns: Returns the columns of `model.columns`, in that order, for some of the rows.
  /// - Returns: `model.outputWidth` scores per row, in the order of the rows; not-a-number where
  ///   the server could not score a row.
  /// - Throws: ``ClientError``, or what `columns` throws.
  public func score(
    model: ModelInfo,
    rowCount: Int,
    batchSize: Int,
    timeout: TimeAmount = .seconds(60),
    columns: (Range<Int>) throws -> [RawColumn]
  ) async throws -> [Float] {
    precondition(batchSize > 0, "a batch has at least one row, not \(batchSize)")
    let grant = try await grant()
    let width = model.outputWidth
    var batchSize = min(batchSize, grant.rowsPerRequest(replyingWith: width))
    var scores = [Float](repeating: .nan, count: rowCount * width)
    try await withThrowingTaskGroup(of: Batch.self) { group in
      var flying = Credit()
      var row = 0
      while row < rowCount {
        let rows = row..<min(row + batchSize, rowCount)
        let request = encode(model, try columns(rows))
        let charge = Credit(requests: 1, rows: rows.count, bytes: request.readableBytes)
        guard rows.count == 1 || charge.bytes <= grant.bytesPerRequest else {
          batchSize = (rows.count + 1) / 2
          continue
        }
        while !(flying + charge).fits(in: grant.credit), let batch = try await group.next() {
          flying = flying - batch.charge
          batch.copyScores(into: &scores, width: width)
        }
        flying = flying + charge
        group.addTask {
          let reply = try await self.score(request, rowCount: rows.count, timeout: timeout)
          return Batch(rows: rows, charge: charge, reply: reply)
        }
        row = rows.upperBound
      }
      for try await batch in group { batch.copyScores(into: &scores, width: width) }
    }
    return scores
  }

  /// The answer to one of many requests.
  private struct Batch: Sendable {
    let rows: Range<Int>
    let charge: Credit
    let reply: ScoreReply

    /// Leaves out the rows that failed.
    func copyScores(into scores: inout [Float], width: Int) {
      for (index, row) in rows.enumerated()
      where reply.failures.isEmpty || reply.failures[index] == nil {
        for output in 0..<width {
          scores[row * width + output] = reply.scores[index * width + output]
        }
      }
    }
  }
}

extension HelloOK {
  /// The most rows that one request may have, so that it and its reply are granted.
  fileprivate func rowsPerRequest(replyingWith outputWidth: Int) -> Int {
    // Scores, and a status for each row if one fails.
    let replyBytesPerRow = outputWidth * MemoryLayout<Float>.size + MemoryLayout<UInt16>.size
    let repliedRows = (Int(bodyLength) - ScoreReply.overheadLength) / replyBytesPerRow
    return max(1, min(Int(rowsPerRequest), credit.rows, repliedRows))
  }

  /// The most bytes that the frame of one request may have.
  fileprivate var bytesPerRequest: Int {
    min(Int(bodyLength) + WireLimits.headerLength, credit.bytes)
  }
}
