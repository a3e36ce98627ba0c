import ApusServing
import Hummingbird

/// Refuses requests that a browser sends here in the name of somebody else's page.
///
/// A page can have its own name point to this machine and then read what a port of this machine
/// answers. Such a request names that page's host; an honest one names an address or `localhost`.
struct LocalNames<Context: RequestContext>: RouterMiddleware {
  func handle(
    _ request: Request, context: Context,
    next: @concurrent (Request, Context) async throws -> Response
  ) async throws -> Response {
    guard let host = request.head.authority, !isLocal(host) else {
      return try await next(request, context)
    }
    throw HTTPError(.misdirectedRequest, message: "name this machine by its address")
  }

  private func isLocal(_ authority: String) -> Bool {
    if authority.hasPrefix("[") { return true }
    let host = authority.prefix { $0 != ":" }.lowercased()
    let isAddress = host.allSatisfy { $0.isASCII && ($0.isNumber || $0 == ".") }
    return isAddress || host == "localhost" || host.hasSuffix(".localhost")
  }
}
