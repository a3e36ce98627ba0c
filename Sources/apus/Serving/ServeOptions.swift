internal import ApusServing
internal import ArgumentParser
internal import Logging

/// All that `apus serve` can be told, on the command line or in a file.
///
/// Each option has a row in ``settings``, by whose name the file knows it.
struct ServeOptions: ParsableArguments {
  @Option(help: "The folder of models.")
  var models: String

  @Option(help: "Where to listen, as HOST:PORT or PORT of this machine; port 0 takes a free one.")
  var listen = Address(host: "127.0.0.1", port: 7411)

  @Option(help: "The path of a socket to listen on as well.")
  var unix: String?

  @Option(help: "Where to listen for orders of administrators, as HOST:PORT or PORT.")
  var admin: Address?

  @Option(help: "Where to serve health, metrics and the dashboard over HTTP.")
  var http: Address?

  @Option(help: "The name that clients and the dashboard are told.")
  var name = "apus"

  @Option(help: "The environment; clients of another one are refused, 0 goes with any.")
  var environment: UInt64 = 0

  @Option(
    help: "What is logged: trace, debug, info, notice, warning, error, critical.",
    transform: { word in
      guard let level = Logger.Level(rawValue: word) else {
        throw ValidationError("there is no level '\(word)'")
      }
      return level
    })
  var logLevel = Logger.Level.notice

  @OptionGroup(title: "Versions")
  var versions: ServeModelOptions

  @OptionGroup(title: "Safety")
  var safety: ServeSafetyOptions

  @OptionGroup(title: "Threads and latency")
  var threading: ServeThreadOptions

  @OptionGroup(title: "Limits")
  var limits: ServeLimitOptions

  @OptionGroup(title: "Device")
  var device: DeviceOptions

  func validate() throws {
    guard (1...64).contains(name.utf8.count) else {
      throw ValidationError("--name takes 1 to 64 bytes, not \(name.utf8.count)")
    }
    if let unix, unix.utf8.count > 107 {
      throw ValidationError("--unix takes a path of at most 107 bytes, not \(unix.utf8.count)")
    }
  }
}
