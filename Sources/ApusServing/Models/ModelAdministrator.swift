public import ApusWire

/// Changes the models of a server while it serves, on the word of an administrator.
public protocol ModelAdministrator: Sendable {
  /// Performs a request, once for its key: a repeat returns what the first one returned.
  ///
  /// - Parameter request: What is to be done.
  /// - Returns: The labels afterwards, or why nothing was changed.
  func perform(_ request: AdminRequest) async -> Result<AdminReply, WireError>
}
