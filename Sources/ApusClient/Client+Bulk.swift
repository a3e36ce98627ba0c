public import ApusWire
public import NIOCore

extension Client {
  /// Scores many rows of raw values, in as many requests as the server's grant asks for.
  ///
  /// Only as many requests are under way as the credit lets fly, so that none waits in a queue
  /// while its time runs. A batch that exceeds what one request or its reply may hold is cut, also
  /// when a server that was started anew grants less. Other clients are served first.
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
  ///   - options: What else is to be said about each request.
  ///   - columns: Returns the columns of `model.columns`, in that order, for some of the rows.
  /// - Returns: `model.outputWidth` scores per row, in the order of the rows; not-a-number where
  ///   the server could not score a row.
  /// - Throws: ``ClientError``, or what `columns` throws.
  public func score(
    model: ModelInfo,
    rowCount: Int,
    batchSize: Int,
    timeout: TimeAmount = .seconds(60),
    options: RequestOptions = RequestOptions(bulk: true),
    columns: (Range<Int>) throws -> [RawColumn]
  ) async throws -> [Float] {
    precondition(batchSize > 0, "a batch has at least one row, not \(batchSize)")
    let width = model.outputWidth
    var grant = try await grant()
    var batchSize = min(batchSize, grant.rowsPerRequest(replyingWith: width))
    var scores = [Float](repeating: .nan, count: rowCount * width)
    try await withThrowingTaskGroup(
      of: (Batch, Result<ScoreReply, ClientError>).self
    ) { group in
      var flying = Credit()
      // What is still to be asked for, the next rows last; and the request that waits for credit.
      var rest = rowCount > 0 ? [0..<rowCount] : []
      var waiting: Batch?
      while flying.requests > 0 || waiting != nil || !rest.isEmpty {
        if waiting == nil, let open = rest.popLast() {
          let rows = open.prefix(batchSize)
          let batch = Batch(rows, encode(.score, model, try columns(rows), options))
          guard rows.count == 1 || batch.charge.bytes <= grant.bytesPerRequest else {
            batchSize = (rows.count + 1) / 2
            rest.append(open)
            continue
          }
          if rows.upperBound < open.upperBound { rest.append(rows.upperBound..<open.upperBound) }
          waiting = batch
        }
        if let batch = waiting,
          flying.requests == 0 || (flying + batch.charge).fits(in: grant.credit)
        {
          flying = flying + batch.charge
          group.addTask { (batch, await self.answer(to: batch, timeout: timeout)) }
          waiting = nil
          continue
        }
        guard let (batch, answer) = try await group.next() else { break }
        flying = flying - batch.charge
        switch answer {
        case .success(let reply): batch.copy(reply, into: &scores, width: width)
        case .failure(let error):
          guard error.code == .tooLarge, batch.rows.count > 1 else { throw error }
          // A connection that was made anew grants less than the one before.
          grant = try await self.grant()
          let granted = grant.rowsPerRequest(replyingWith: width)
          batchSize = min(batchSize, (batch.rows.count + 1) / 2, granted)
          rest.append(batch.rows)
        }
      }
    }
    return scores
  }

  private func answer(
    to batch: Batch,
    timeout: TimeAmount
  ) async -> Result<ScoreReply, ClientError> {
    do throws(ClientError) {
      let rowCount = batch.rows.count
      return .success(
        try await numbers(.scoreOK, batch.request, rowCount: rowCount, timeout: timeout))
    } catch {
      return .failure(error)
    }
  }

  /// Some of the rows, as one request.
  private struct Batch: Sendable {
    let rows: Range<Int>
    let request: ByteBuffer

    init(_ rows: Range<Int>, _ request: ByteBuffer) {
      self.rows = rows
      self.request = request
    }

    /// What the request takes from the credit.
    var charge: Credit {
      Credit(requests: 1, rows: rows.count, bytes: request.readableBytes)
    }

    /// Leaves out the rows that failed.
    func copy(_ reply: ScoreReply, into scores: inout [Float], width: Int) {
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
