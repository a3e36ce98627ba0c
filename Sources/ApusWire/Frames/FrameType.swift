/// The type of a frame of version 1.
///
/// Requests are below `0x80`; the reply of request *t* is *t* + `0x80`. Numbers that <doc:Protocol>
/// reserves are not cases here: to version 1 they are unknown.
public enum FrameType: UInt8, Sendable, CaseIterable {
  /// The first frame of a connection.
  case hello = 0x01
  /// The client proves that it knows a token.
  case auth = 0x02
  /// A sign of life is asked for.
  case ping = 0x03
  /// The answer of a request in flight is of no more use.
  case cancel = 0x04
  /// The figures of the server are asked for.
  case stats = 0x05
  /// The client's answer to PROBE.
  case probeOK = 0x06
  /// The models served are asked for.
  case modelList = 0x10
  /// The description of one model is asked for.
  case modelInfo = 0x11
  /// A version is to be loaded.
  case modelLoad = 0x12
  /// A version is to become the stable one.
  case modelSwap = 0x13
  /// The stable version before this one is to come back.
  case modelRollback = 0x14
  /// A version is to be unloaded.
  case modelUnload = 0x15
  /// A version is to get a share of the requests.
  case modelLabel = 0x16
  /// The server is to shut down.
  case drain = 0x17
  /// The scores of some rows are asked for.
  case score = 0x20
  /// The best of some items for one user are asked for.
  case rank = 0x21
  /// The embeddings of some rows are asked for.
  case extract = 0x24
  /// The limits and the credit of the connection.
  case helloOK = 0x81
  /// What the client may do.
  case authOK = 0x82
  /// A sign of life.
  case pong = 0x83
  /// The figures of the server.
  case statsOK = 0x85
  /// The models served.
  case modelListOK = 0x90
  /// The description of one model.
  case modelInfoOK = 0x91
  /// A version was loaded.
  case modelLoadOK = 0x92
  /// A version is stable.
  case modelSwapOK = 0x93
  /// The stable version before is back.
  case modelRollbackOK = 0x94
  /// A version was unloaded.
  case modelUnloadOK = 0x95
  /// A version gets its share.
  case modelLabelOK = 0x96
  /// The server shuts down.
  case drainOK = 0x97
  /// The scores of some rows.
  case scoreOK = 0xA0
  /// The best items.
  case rankOK = 0xA1
  /// The embeddings of some rows.
  case extractOK = 0xA4
  /// A request, or the connection, failed.
  case error = 0xF0
  /// The server is going away.
  case goAway = 0xF1
  /// What may be in flight from now on.
  case credit = 0xF2
  /// Something changed on the server.
  case push = 0xF3
  /// A sign of life is asked for by the server.
  case probe = 0xF4
}

extension FrameType {
  /// Whether servers send this type, and clients do not.
  public var isFromServer: Bool { rawValue >= 0x80 }

  /// Whether this type asks for numbers from a model.
  ///
  /// Only such a request takes flags, a budget and rows of the credit.
  public var isScoring: Bool { self == .score || self == .rank || self == .extract }

  /// Whether this type is legal on a listener for administration only.
  public var isAdministrative: Bool { (0x12...0x17).contains(rawValue & 0x7F) }

  /// The type of the reply, for a request that has one beside ERROR.
  public var reply: FrameType? {
    isFromServer ? nil : FrameType(rawValue: rawValue + 0x80)
  }

  /// The feature that both sides must have agreed on before this type is legal.
  public var feature: Features {
    switch self {
    case .cancel: .cancel
    case .rank, .rankOK: .rank
    case .extract, .extractOK: .extract
    case .stats, .statsOK: .stats
    case .credit: .credit
    case .push: .push
    case .probe, .probeOK: .keepalive
    default: []
    }
  }

  /// What a connection must be allowed to do before a request of this type is served.
  public var requiredScopes: Scopes {
    if isScoring { return .score }
    return isAdministrative ? .admin : []
  }

  /// Whether a frame of this type may carry correlation id `id`.
  package func allows(correlationID id: UInt64) -> Bool {
    switch self {
    case .error: true
    case .goAway, .credit, .push, .probe, .probeOK: id == 0
    default: id != 0
    }
  }
}
