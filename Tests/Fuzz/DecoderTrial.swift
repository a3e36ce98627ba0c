import ApusWire
import NIOCore

/// Decodes a stream of frames as a whole and in pieces, down to the last field.
///
/// It must come out the same however the stream was cut, and what was understood is encoded again
/// to something that is understood the same way.
struct DecoderTrial {
  private let sender: FrameHeader.Sender

  init(from sender: FrameHeader.Sender) { self.sender = sender }

  func run(_ stream: ByteBuffer) {
    let whole = decode(stream, pieceLength: max(1, stream.readableBytes))
    for pieceLength in [1, 7, 33] {
      let inPieces = decode(stream, pieceLength: pieceLength)
      precondition(
        inPieces == whole, "in pieces of \(pieceLength): \(inPieces); as a whole: \(whole)")
    }
  }

  /// What became of a frame.
  private enum Outcome: Equatable {
    case message(FrameType, correlationID: UInt64, length: UInt32)
    case refused(WireError)
    case failed(FrameFailure)
  }

  private func decode(_ stream: ByteBuffer, pieceLength: Int) -> [Outcome] {
    var decoder = FrameDecoder(
      from: sender, maximumBodyLength: WireLimits.defaultBodyLength, features: .known)
    var rest = stream
    var received = ByteBuffer()
    var outcomes: [Outcome] = []
    while var piece = rest.readSlice(length: min(pieceLength, rest.readableBytes)),
      piece.readableBytes > 0
    {
      received.writeBuffer(&piece)
      while true {
        do throws(FrameFailure) {
          guard let frame = try decoder.next(from: &received) else { break }
          outcomes.append(outcome(of: frame))
        } catch {
          outcomes.append(.failed(error))
          guard case .answer = error.consequence else { return outcomes }
        }
      }
    }
    return outcomes
  }

  private func outcome(of frame: Frame) -> Outcome {
    do throws(WireError) {
      try decodeBody(of: frame)
    } catch {
      precondition(
        error.text.utf8.count <= WireLimits.errorTextLength,
        "a text of \(error.text.utf8.count) bytes is longer than \(WireLimits.errorTextLength)")
      return .refused(error)
    }
    let header = frame.header
    return .message(header.type, correlationID: header.correlationID, length: header.bodyLength)
  }

  private func decodeBody(of frame: Frame) throws(WireError) {
    switch frame.header.type {
    case .hello: try repeatMessage(Hello.self, frame)
    case .helloOK: try repeatMessage(HelloOK.self, frame)
    case .auth: try repeatMessage(Authentication.self, frame)
    case .authOK: try repeatMessage(AuthenticationOK.self, frame)
    case .ping: try repeatMessage(Ping.self, frame)
    case .pong: try repeatMessage(Pong.self, frame)
    case .cancel: try repeatMessage(Cancel.self, frame)
    case .stats: try repeatMessage(StatisticsRequest.self, frame)
    case .statsOK: try repeatMessage(Statistics.self, frame)
    case .probe: try repeatMessage(Probe.self, frame)
    case .probeOK: try repeatMessage(ProbeOK.self, frame)
    case .modelList: try repeatMessage(ModelListRequest.self, frame)
    case .modelListOK: try repeatMessage(ModelList.self, frame)
    case .modelInfo: try repeatMessage(ModelInfoRequest.self, frame)
    case .modelInfoOK: try repeatMessage(ModelInfo.self, frame)
    case .scoreOK, .extractOK: _ = try ScoreReply(decoding: frame.body)
    case .rankOK: _ = try RankReply(decoding: frame.body)
    case .error: try repeatMessage(WireError.self, frame)
    case .goAway: try repeatMessage(GoAway.self, frame)
    case .credit: try repeatMessage(Credit.self, frame)
    case .push: try repeatMessage(Push.self, frame)
    case .modelLoadOK, .modelSwapOK, .modelRollbackOK, .modelUnloadOK, .modelLabelOK, .drainOK:
      _ = try AdminReply(decoding: frame.body)
    case .modelLoad, .modelSwap, .modelRollback, .modelUnload, .modelLabel, .drain:
      guard let action = AdminRequest.Action(frame.header.type) else {
        preconditionFailure("\(frame.header.type) is no order")
      }
      _ = try AdminRequest(decoding: frame.body, action: action)
    case .score, .extract: try read(try ScoreRequest(decoding: frame.body))
    case .rank: try read(try RankRequest(decoding: frame.body))
    }
  }

  /// Encodes what was decoded, and that once more: the two must be the same bytes.
  private func repeatMessage<M: Message>(_: M.Type, _ frame: Frame) throws(WireError) {
    let message = try M(decoding: frame.body)
    var first = ByteBuffer()
    message.encode(into: &first, correlationID: frame.header.correlationID)
    var second = ByteBuffer()
    do {
      let body = first.getSlice(
        at: WireLimits.headerLength, length: first.readableBytes - WireLimits.headerLength)
      try M(decoding: body ?? ByteBuffer()).encode(
        into: &second, correlationID: frame.header.correlationID)
    } catch {
      preconditionFailure("\(message) was encoded to what is refused: \(error)")
    }
    precondition(first == second, "\(message) was encoded to \(first), and again to \(second)")
  }

  private func read(_ request: borrowing ScoreRequest) throws(WireError) {
    switch request.encoding {
    case .floatRows: try request.verifyFinite()
    case .rawColumns:
      let numbers = readAtOnce(request)
      do throws(WireError) {
        let columns = try request.rawColumns()
        touch(columns)
        if let numbers { precondition(numbers == .success(columns), "\(numbers), not \(columns)") }
      } catch {
        if let numbers { precondition(numbers == .failure(error), "\(numbers), not \(error)") }
        throw error
      }
    }
  }

  /// What is read where all columns are numbers; nil where they are not.
  private func readAtOnce(_ request: borrowing ScoreRequest) -> Result<[RawColumn], WireError>? {
    guard request.canBeNumbers else { return nil }
    let rowCount = request.rowCount
    var numbers = [Double](repeating: 0, count: request.columnCount * rowCount)
    var span = numbers.mutableSpan
    do throws(WireError) {
      guard try request.readNumbers(into: &span) else { return nil }
    } catch {
      return .failure(error)
    }
    return .success(
      (0..<request.columnCount).map { column in
        let cells = numbers[column * rowCount..<(column + 1) * rowCount]
        return .numbers(cells.map { $0.isNaN ? nil : $0 })
      })
  }

  private func read(_ request: RankRequest) throws(WireError) {
    switch request.encoding {
    case .floatRows: try request.verifyFinite()
    case .rawColumns: touch(try request.rawColumns())
    }
  }

  /// Looks at each value.
  private func touch(_ columns: [RawColumn]) {
    for column in columns {
      for row in 0..<column.rowCount where !column.isMissing(row) {
        guard case .categories(let dictionary, let codes) = column.values else { continue }
        precondition(
          Int(codes[row]) < dictionary.count,
          "code \(codes[row]) is outside of a dictionary of \(dictionary.count)")
      }
    }
  }
}
