/// What load is put on a server, and for how long.
public struct LoadPlan: Hashable, Sendable, Codable {
  /// When requests begin.
  public enum Arrivals: Hashable, Sendable, Codable {
    /// Each connection keeps its count of requests outstanding: a reply begins the next request.
    case closedLoop
    /// Requests begin at equal distances, whatever the server does.
    case fixed(perSecond: Double)
    /// Requests begin at random, independently of each other and of the server.
    case poisson(perSecond: Double)
  }

  /// How the generator waits for replies.
  public enum Waiting: String, Hashable, Sendable, Codable, CaseIterable {
    /// It sleeps until a socket is ready.
    case epoll
    /// It asks again and again, and takes a whole processor.
    case spin
    /// It sleeps inside the receiving call; for one connection in a closed loop.
    case block
  }

  /// When requests begin.
  public var arrivals = Arrivals.closedLoop
  /// The connections.
  public var connections = 1
  /// The most requests outstanding on one connection, at most 65,535.
  public var depth = 1
  /// How the generator waits for replies.
  public var waiting = Waiting.epoll
  /// How long requests are sent before any is counted.
  public var warmUpSeconds = 1.0
  /// How long requests are counted.
  public var durationSeconds = 10.0
  /// How long the last replies are waited for.
  public var drainSeconds = 5.0
  /// The processors that the generator keeps to, one for each process; none to leave it to the
  /// system.
  public var processors: [Int] = []
  /// Chooses the random times of arrivals.
  public var seed: UInt64 = 1

  /// Creates the plan of one connection in a closed loop.
  public init() {}

  /// What is wrong with the plan, in one sentence; `nil` if it can be run.
  public var fault: String? {
    if connections < 1 { return "there are \(connections) connections; use at least 1" }
    if !(1...65_535).contains(depth) {
      return "\(depth) requests are to be outstanding on a connection; use 1 to 65535"
    }
    if durationSeconds <= 0 || warmUpSeconds < 0 || drainSeconds < 0 {
      return "a measurement takes more than 0 s, a warm-up and a drain at least 0 s"
    }
    switch arrivals {
    case .closedLoop: break
    case .fixed(let rate), .poisson(let rate):
      if rate <= 0 { return "\(rate) requests are to begin each second; use more than 0" }
      if waiting == .block { return "block waits for replies only; use epoll or spin with a rate" }
    }
    if waiting == .block, connections > 1 {
      return "block waits on one connection, not on \(connections); use epoll or spin"
    }
    return nil
  }
}

extension LoadPlan {
  /// The part of the load that one of several processes puts on.
  ///
  /// - Parameters:
  ///   - index: The process, from 0.
  ///   - count: The processes, at most as many as connections.
  /// - Returns: Its plan.
  public func share(_ index: Int, of count: Int) -> LoadPlan {
    precondition(
      0 <= index && index < count && count <= connections,
      "share \(index) of \(count) of \(connections) connections")
    var share = self
    share.connections = connections / count + (index < connections % count ? 1 : 0)
    let part = Double(share.connections) / Double(connections)
    switch arrivals {
    case .closedLoop: break
    case .fixed(let rate): share.arrivals = .fixed(perSecond: rate * part)
    case .poisson(let rate): share.arrivals = .poisson(perSecond: rate * part)
    }
    share.seed = seed &+ UInt64(index)
    share.processors = processors.isEmpty ? [] : [processors[index % processors.count]]
    return share
  }
}
