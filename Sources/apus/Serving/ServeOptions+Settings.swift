internal import ApusServing

extension ServeOptions {
  /// One option, as files and logs name it.
  struct Setting {
    /// The name of the option without its dashes.
    let name: String
    /// Whether it is a flag, which a file says `true` or `false` to.
    var isFlag = false
    /// Its value, as the command line would have it; nil if it is not set.
    let value: @Sendable (ServeOptions) -> String?

    init(_ name: String, _ value: @escaping @Sendable (ServeOptions) -> String?) {
      self.name = name
      self.value = value
    }

    init(flag name: String, _ value: @escaping @Sendable (ServeOptions) -> Bool) {
      self.name = name
      isFlag = true
      self.value = { "\(value($0))" }
    }
  }

  /// All options.
  static let settings: [Setting] = [
    Setting("models") { $0.models },
    Setting("listen") { "\($0.listen)" },
    Setting("unix") { $0.unix },
    Setting("admin") { $0.admin?.description },
    Setting("http") { $0.http?.description },
    Setting("name") { $0.name },
    Setting("environment") { "\($0.environment)" },
    Setting("log-level") { "\($0.logLevel)" },
    Setting("updates") { $0.versions.updates.rawValue },
    Setting("keep-versions") { "\($0.versions.keepVersions)" },
    Setting("sample-percent") { "\($0.versions.samplePercent)" },
    Setting("difference-limit") { $0.versions.differenceLimit.map { "\($0)" } },
    Setting("tokens") { $0.safety.tokens },
    Setting("tls") { $0.safety.tls?.description },
    Setting("certificate") { $0.safety.certificate },
    Setting("key") { $0.safety.key },
    Setting("client-roots") { $0.safety.clientRoots },
    Setting(flag: "allow-open") { $0.safety.allowOpen },
    Setting("event-loops") { "\($0.threading.eventLoops)" },
    Setting("scoring-threads") { "\($0.threading.scoringThreads)" },
    Setting("pin") { $0.threading.pin.processors.isEmpty ? nil : "\($0.threading.pin)" },
    Setting(flag: "keep-awake") { $0.threading.keepAwake },
    Setting(flag: "busy-poll") { $0.threading.busyPoll },
    Setting("connections") { "\($0.limits.connections)" },
    Setting("connections-per-peer") { "\($0.limits.connectionsPerPeer)" },
    Setting("body-bytes") { "\($0.limits.bodyBytes)" },
    Setting("rows-per-request") { "\($0.limits.rowsPerRequest)" },
    Setting("requests-in-flight") { "\($0.limits.requestsInFlight)" },
    Setting("waiting-requests") { "\($0.limits.waitingRequests)" },
    Setting("waiting-rows") { "\($0.limits.waitingRows)" },
    Setting("budget-milliseconds") { "\($0.limits.budgetMilliseconds)" },
    Setting("hello-milliseconds") { "\($0.limits.helloMilliseconds)" },
    Setting("frame-milliseconds") { "\($0.limits.frameMilliseconds)" },
    Setting("write-milliseconds") { "\($0.limits.writeMilliseconds)" },
    Setting("keepalive-milliseconds") { "\($0.limits.keepaliveMilliseconds)" },
    Setting("drain-milliseconds") { "\($0.limits.drainMilliseconds)" },
    Setting("device") { $0.device.device.defaultValueDescription },
    Setting("threads") { $0.device.threads.map(String.init) },
  ]

  /// What is in force: the names and values of all options that are set.
  ///
  /// Secrets stay in their files, which are named and not read here.
  var effective: [String: String] {
    var effective: [String: String] = [:]
    for setting in Self.settings { effective[setting.name] = setting.value(self) }
    return effective
  }
}
