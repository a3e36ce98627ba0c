import ApusServing
import Foundation
import HTTPTypes
import Hummingbird

/// Which path answers what.
enum OperationsRouter {
  static func make(
    _ configuration: OperationsConfiguration, source: any StatusSource
  ) -> Router<BasicRequestContext> {
    let health = HealthCheck(
      source: source, timeout: configuration.canaryTimeout,
      freshness: configuration.canaryFreshness)
    let router = Router(options: .autoGenerateHeadEndpoints)
    if ListenPolicy.isLoopback(configuration.host) { router.add(middleware: LocalNames()) }
    router.get("livez") { _, _ in
      let stalled = await source.stalledLoops(within: configuration.loopTimeout)
      return stalled.isEmpty
        ? respond("alive\n", type: "text/plain")
        : respond(
          "no turn within \(configuration.loopTimeout): \(stalled.joined(separator: ", "))\n",
          type: "text/plain", status: .serviceUnavailable)
    }
    router.get("readyz") { _, _ in
      let report = await health.report()
      return try respond(json: report, status: report.isServing ? .ok : .serviceUnavailable)
    }
    router.get("metrics") { _, _ in
      respond(source.status().metricsText, type: "text/plain; version=0.0.4; charset=utf-8")
    }
    router.get("status") { _, _ in try respond(json: source.status()) }
    router.get("/") { _, _ in respond(DashboardPage.html, type: "text/html; charset=utf-8") }
    return router
  }

  private static func respond(
    json value: some Encodable, status: HTTPResponse.Status = .ok
  ) throws -> Response {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    let text = String(decoding: try encoder.encode(value), as: UTF8.self)
    return respond(text + "\n", type: "application/json", status: status)
  }

  private static func respond(
    _ text: String, type: String, status: HTTPResponse.Status = .ok
  ) -> Response {
    var headers: HTTPFields = [
      .contentType: type, .cacheControl: "no-store", .xContentTypeOptions: "nosniff",
    ]
    // The page is one document: it may ask this port, and load nothing from anywhere.
    headers[.contentSecurityPolicy] =
      "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; "
      + "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    return Response(
      status: status, headers: headers, body: ResponseBody(byteBuffer: .init(string: text)))
  }
}
