/// The word that nobody waits for a request any more; its correlation id is that of the request.
///
/// It has no reply of its own: the request still gets its one terminal reply, the result or
/// ERROR(CANCELLED). An id that is not in flight is ignored.
public struct Cancel: EmptyMessage {
  /// CANCEL.
  public static let type = FrameType.cancel

  /// Creates the word.
  public init() {}
}
