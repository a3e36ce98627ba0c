import ApusWire
import NIOCore

extension ServerConfiguration {
  /// Answers the wishes of a client: a wish can lower a limit, not raise it.
  func grant(_ hello: Hello) -> HelloOK {
    func lower(_ limit: Int, by wish: UInt32) -> Int { wish == 0 ? limit : min(limit, Int(wish)) }
    let body = min(
      WireLimits.hardBodyLength,
      max(WireLimits.handshakeBodyLength, lower(bodyLength, by: hello.wantedBodyLength))
    )
    var credit = credit
    credit.requests = lower(credit.requests, by: hello.wantedRequestCredit)
    return HelloOK(
      environment: environment,
      bodyLength: UInt32(clamping: body),
      rowsPerRequest: UInt32(clamping: lower(rowsPerRequest, by: hello.wantedRowsPerRequest)),
      credit: credit,
      defaultBudgetMicroseconds: UInt32(clamping: defaultBudget.nanoseconds / 1000),
      maximumBudgetMicroseconds: UInt32(clamping: maximumBudget.nanoseconds / 1000),
      serverName: serverName,
      serverVersion: serverVersion,
      features: hello.features.intersection(.known),
      keepaliveIntervalSeconds: UInt32(
        clamping: (keepaliveInterval ?? .zero).nanoseconds / 1_000_000_000)
    )
  }
}
