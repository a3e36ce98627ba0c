/// What is said on a connection: how requests are written, and replies found and judged.
///
/// No socket is seen from here. One value belongs to one connection.
protocol Exchange {
  /// The count of prepared requests.
  var requestCount: Int { get }

  /// Writes what goes before the first request.
  mutating func open(into output: inout StreamBuffer)

  /// Writes a prepared request.
  ///
  /// - Parameters:
  ///   - request: Which of the prepared requests.
  ///   - identifier: The number that the reply must carry, where the protocol has such numbers.
  ///   - output: What will be sent.
  mutating func write(_ request: Int, identifier: UInt64, into output: inout StreamBuffer)

  /// Tells what lies at the front of the received bytes.
  func incoming(_ bytes: RawSpan) -> Incoming

  /// Takes a message that is not a reply.
  ///
  /// - Parameters:
  ///   - bytes: The message.
  ///   - output: Where the message is answered.
  mutating func take(control bytes: RawSpan, answering output: inout StreamBuffer)

  /// Judges a whole reply.
  ///
  /// - Parameters:
  ///   - reply: The bytes of the reply.
  ///   - request: The prepared request that it answers.
  /// - Returns: What the reply is worth.
  mutating func verdict(on reply: RawSpan, to request: Int) -> Verdict
}

extension Exchange {
  mutating func open(into output: inout StreamBuffer) {}

  mutating func take(control bytes: RawSpan, answering output: inout StreamBuffer) {}
}

/// What lies at the front of received bytes.
enum Incoming: Equatable {
  /// Too little to tell.
  case incomplete
  /// The reply to the request with this identifier.
  case reply(identifier: UInt64, length: Int)
  /// The reply to the request that waits longest.
  case oldest(length: Int)
  /// Something else.
  case control(length: Int)
  /// The notice that no further request is taken.
  case leaving(length: Int)
  /// Not this protocol, or damaged.
  case broken
}

/// What a reply is worth.
enum Verdict: Equatable {
  /// The right answer; some of its rows may have no score.
  case right(failedRows: Int)
  /// An error that the server answered.
  case error(code: UInt16)
  /// Not the answer to this request, or damaged.
  case mismatch
}
