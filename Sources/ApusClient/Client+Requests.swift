import ApusWire
import NIOCore

extension Client {
  /// Sends a message and decodes its reply.
  func reply<Reply: Message>(
    to request: some Message,
    timeout: TimeAmount? = nil
  ) async throws(ClientError) -> Reply {
    var buffer = ByteBuffer()
    request.encode(into: &buffer, correlationID: lastID.next())
    let frame = try await send(buffer, rowCount: 0, timeout: timeout)
    return try decode(frame, of: Reply.type) { body throws(WireError) in
      try Reply(decoding: body)
    }
  }

  /// Decodes a reply, or throws what the server says instead.
  func decode<Reply>(
    _ frame: Frame,
    of type: FrameType,
    _ read: (ByteBuffer) throws(WireError) -> Reply
  ) throws(ClientError) -> Reply {
    let refusal: WireError
    do throws(WireError) {
      switch frame.header.type {
      case type: return try read(frame.body)
      case .error: refusal = try WireError(decoding: frame.body)
      default: throw .protocolViolation("a reply is of another type than its request")
      }
    } catch {
      throw .protocolViolation(error)
    }
    throw .refused(refusal)
  }

  /// Sends one request, which was encoded on the caller's thread, and waits for its reply.
  ///
  /// What the server refuses for now is sent again, after the time that it asks for.
  func send(
    _ request: ByteBuffer,
    rowCount: Int,
    timeout: TimeAmount?
  ) async throws(ClientError) -> Frame {
    let frame = Frame(ownRequest: request)
    let deadline = NIODeadline.now() + (timeout ?? configuration.requestTimeout)
    retries.deposit()
    var attempt = 1
    while true {
      let result = await leastBusyLane.send(frame, rowCount: rowCount, deadline: deadline)
      guard let wait = waitBeforeRetry(of: result, attempt: attempt, deadline: deadline) else {
        return try result.get()
      }
      do {
        try await Task.sleep(for: .nanoseconds(wait.nanoseconds))
      } catch {
        throw .cancelled
      }
      attempt += 1
    }
  }

  /// How long to wait before the next attempt; `nil` if there is to be none.
  private func waitBeforeRetry(
    of result: Result<Frame, ClientError>,
    attempt: Int,
    deadline: NIODeadline
  ) -> TimeAmount? {
    guard case .success(let frame) = result, frame.header.type == .error,
      let error = try? WireError(decoding: frame.body), error.isRetryable, error.code != .deadline,
      attempt < configuration.retry.attemptLimit
    else { return nil }
    let wait = configuration.retry.wait(
      afterAttempt: attempt,
      retryAfterMilliseconds: error.retryAfterMilliseconds
    )
    guard NIODeadline.now() + wait < deadline, retries.withdraw() else { return nil }
    return wait
  }
}

extension Frame {
  /// Splits a frame that was just encoded.
  fileprivate init(ownRequest buffer: ByteBuffer) {
    var body = buffer
    guard
      let header = try? FrameHeader(
        decoding: buffer.readableBytesSpan,
        from: .client,
        maximumBodyLength: .max,
        features: .known
      )
    else {
      preconditionFailure("a request was not encoded as a frame")
    }
    body.moveReaderIndex(forwardBy: WireLimits.headerLength)
    self.init(header: header, body: body)
  }
}
