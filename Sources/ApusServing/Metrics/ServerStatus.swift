/// Everything that a server tells about itself: the source of metrics, dashboard and STATS.
public struct ServerStatus: Sendable, Encodable {
  /// Whether a server is fit to score.
  public enum Readiness: String, Sendable, Encodable {
    /// It loads its models.
    case starting
    /// All is well.
    case ready
    /// It answers, though not on the device, or not with all the models, that it was told to.
    case degraded
    /// It cannot score.
    case unready
    /// It shuts down.
    case draining
  }

  /// The name of the server.
  public var name: String
  /// The version of the server.
  public var version: String
  /// How long it has run, in seconds.
  public var uptimeSeconds: Double
  /// Whether it is fit to score.
  public var readiness: Readiness
  /// Why it is not ready, one short sentence each; empty if all is well.
  public var problems: [String]
  /// The requests that wait for their turn.
  public var waitingRequests: Int
  /// The rows of those requests.
  public var waitingRows: Int
  /// The figures of the server as a whole.
  public var server: ServerMetrics.Snapshot
  /// The figures of the process.
  public var process: ProcessStatus
  /// The devices that score.
  public var devices: [Device]
  /// The models, in ascending order of name.
  public var models: [Model]

  /// Creates a status.
  ///
  /// - Parameters:
  ///   - name: The name of the server.
  ///   - version: The version of the server.
  ///   - uptimeSeconds: How long it has run.
  ///   - readiness: Whether it is fit to score.
  ///   - problems: Why it is not ready, one short sentence each.
  ///   - waitingRequests: The requests that wait for their turn.
  ///   - waitingRows: The rows of those requests.
  ///   - server: The figures of the server as a whole.
  ///   - process: The figures of the process.
  ///   - devices: The devices that score.
  ///   - models: The models, in ascending order of name.
  public init(
    name: String, version: String, uptimeSeconds: Double, readiness: Readiness,
    problems: [String] = [], waitingRequests: Int = 0, waitingRows: Int = 0,
    server: ServerMetrics.Snapshot, process: ProcessStatus = .current(), devices: [Device] = [],
    models: [Model] = []
  ) {
    self.name = name
    self.version = version
    self.uptimeSeconds = uptimeSeconds
    self.readiness = readiness
    self.problems = problems
    self.waitingRequests = waitingRequests
    self.waitingRows = waitingRows
    self.server = server
    self.process = process
    self.devices = devices
    self.models = models
  }
}

extension ServerStatus {
  /// A device that scores.
  public struct Device: Sendable, Encodable {
    /// How it is named in `apus devices`, such as `cpu` or `opencl:0`.
    public var selector: String
    /// Whether it works; if not, the processor takes its work over.
    public var isHealthy: Bool

    /// Creates the status of a device.
    ///
    /// - Parameters:
    ///   - selector: How it is named in `apus devices`.
    ///   - isHealthy: Whether it works.
    public init(selector: String, isHealthy: Bool) {
      self.selector = selector
      self.isHealthy = isHealthy
    }
  }

  /// A model, with the versions that are loaded.
  public struct Model: Sendable, Encodable {
    /// The name of the model.
    public var name: String
    /// The version that answers, or nil if none does.
    public var stable: String?
    /// The version that is tried on a share of the requests, or nil.
    public var canary: String?
    /// The share of the requests that the canary answers, in percent.
    public var canaryPercent: Double
    /// The versions that are loaded, or were refused, newest first.
    public var versions: [Version]

    /// Creates the status of a model.
    ///
    /// - Parameters:
    ///   - name: The name of the model.
    ///   - stable: The version that answers.
    ///   - canary: The version that is tried on a share of the requests.
    ///   - canaryPercent: That share, in percent.
    ///   - versions: The versions that are loaded, or were refused, newest first.
    public init(
      name: String, stable: String?, canary: String? = nil, canaryPercent: Double = 0,
      versions: [Version]
    ) {
      self.name = name
      self.stable = stable
      self.canary = canary
      self.canaryPercent = canaryPercent
      self.versions = versions
    }
  }

  /// One version of a model.
  public struct Version: Sendable, Encodable {
    /// Its number, as the artifact is named.
    public var version: String
    /// The handle of exactly this version.
    public var handle: UInt32
    /// The device that scores it.
    public var device: String
    /// Where in its life it is: `serving`, `loaded`, `warming`, `refused` and the like.
    public var state: String
    /// Why it is in that state, if there is something to say.
    public var reason: String?
    /// What has been counted of it.
    public var metrics: VersionMetrics.Snapshot

    /// Creates the status of a version.
    ///
    /// - Parameters:
    ///   - version: Its number, as the artifact is named.
    ///   - handle: The handle of exactly this version.
    ///   - device: The device that scores it.
    ///   - state: Where in its life it is.
    ///   - reason: Why it is in that state.
    ///   - metrics: What has been counted of it.
    public init(
      version: String, handle: UInt32, device: String, state: String, reason: String? = nil,
      metrics: VersionMetrics.Snapshot
    ) {
      self.version = version
      self.handle = handle
      self.device = device
      self.state = state
      self.reason = reason
      self.metrics = metrics
    }
  }
}
