package import ApusWire

/// The results of the last orders, by their keys, so that an order is carried out once.
package struct OrderMemory {
  /// What becomes of an order.
  package typealias Outcome = Result<AdminReply, WireError>

  /// The orders that are remembered.
  package static let limit = 1024

  private var orders: [RequestKey: (request: AdminRequest, result: Task<Outcome, Never>)] = [:]
  private var keys: [RequestKey] = []
  private var oldest = 0

  /// Creates an empty memory.
  package init() {}

  /// Returns the result of an order, which may be on its way; starts it if its key is new.
  ///
  /// - Parameters:
  ///   - request: The order.
  ///   - start: Starts carrying it out.
  /// - Returns: The result, or nil where the key is that of another order.
  package mutating func result(
    of request: AdminRequest, start: () -> Task<Outcome, Never>
  ) -> Task<Outcome, Never>? {
    if let known = orders[request.key] { return known.request == request ? known.result : nil }
    let result = start()
    if keys.count < Self.limit {
      keys.append(request.key)
    } else {
      orders[keys[oldest]] = nil
      keys[oldest] = request.key
      oldest = (oldest + 1) % Self.limit
    }
    orders[request.key] = (request, result)
    return result
  }
}
