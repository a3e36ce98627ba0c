package import ApusWire
package import NIOCore

extension ServerConnection {
  /// What the handler does after an event.
  ///
  /// What is large and rare is kept elsewhere, so that the action of a request is two words.
  package enum Action: Equatable {
    /// Nothing.
    case none
    /// Sends HELLO_OK and widens the decoder to the granted body length.
    indirect case sendHelloOK(HelloOK, correlationID: UInt64)
    /// Sends PONG.
    case sendPong(Pong, correlationID: UInt64)
    /// Sends MODEL_LIST_OK.
    case sendModelList(correlationID: UInt64)
    /// Sends MODEL_INFO_OK.
    indirect case sendModelInfo(name: String, version: String, correlationID: UInt64)
    /// Sends STATS_OK.
    case sendStatistics(correlationID: UInt64)
    /// Sends PROBE.
    case sendProbe(Probe)
    /// Verifies the code for the challenge and calls `authenticated`.
    indirect case authenticate(Authentication, challenge: [UInt8], correlationID: UInt64)
    /// Changes the server, then calls `finish`.
    indirect case administer(AdminRequest, correlationID: UInt64)
    /// Scores the accepted request, unless the deadline has passed, then calls `finish`.
    case score(correlationID: UInt64, deadline: NIODeadline)
    /// Takes a request back if it has not been scored.
    case cancel(correlationID: UInt64)
    /// Sends ERROR as the reply of one request.
    indirect case sendError(WireError, correlationID: UInt64)
    /// Sends GOAWAY.
    indirect case sendGoAway(GoAway)
    /// Sends ERROR with correlation id 0, calls `flushed`, shuts sending down, discards what comes.
    indirect case abort(WireError)
    /// Sends what is queued, calls `flushed`, then closes; `tick` bounds how long that takes.
    case close
    /// Closes at once.
    case closeNow
  }
}
