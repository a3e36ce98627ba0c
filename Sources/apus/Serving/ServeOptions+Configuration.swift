internal import ApusServing

extension ServeOptions {
  /// The same as the server takes it.
  var configuration: ServerConfiguration {
    var configuration = ServerConfiguration(host: listen.host, port: listen.port)
    configuration.unixPath = unix
    configuration.tls = safety.tls.map { ($0.host, $0.port) }
    configuration.administration = admin.map { ($0.host, $0.port) }
    configuration.processors = threading.pin.processors
    configuration.latencyMode = threading.latencyMode
    configuration.serverName = name
    configuration.serverVersion = Apus.version
    configuration.environment = environment
    configuration.eventLoopThreads = threading.eventLoops
    configuration.scoringThreads = threading.scoringThreads
    limits.apply(to: &configuration)
    return configuration
  }
}
