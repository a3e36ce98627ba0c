internal import ApusServing
internal import ApusWire

/// Carries out the orders to a server: those about models, and the one to shut down.
struct ServeAdministrator: ModelAdministrator {
  /// Who knows the models.
  let repository: ModelRepository
  /// Who knows the server.
  let conditions: ServeConditions

  func perform(_ request: AdminRequest) async -> Result<AdminReply, WireError> {
    guard request.action == .drain else { return await repository.perform(request) }
    conditions.drain()
    return .success(AdminReply(durationMicroseconds: 0))
  }
}
