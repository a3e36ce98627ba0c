/// Every limit of the protocol, in one place.
///
/// The defaults are those of the *Limits* table of <doc:Protocol>. A server may grant less or more,
/// but never more than the hard caps, which bound what any peer can make the other side hold.
public enum WireLimits {
  /// The bytes of a frame header.
  public static let headerLength = 32

  /// The bytes that open every body: block length, reserved, extension length.
  public static let bodyPrefixLength = 8

  /// Every body and every part of it is a multiple of this many bytes.
  public static let alignment = 8

  /// The largest body before HELLO_OK, in bytes.
  public static let handshakeBodyLength = 4096

  /// The largest body by default, in bytes.
  public static let defaultBodyLength = 4 << 20

  /// The largest body that may ever be granted, in bytes.
  public static let hardBodyLength = 64 << 20

  /// The rows of one request by default.
  public static let defaultRowsPerRequest = 8192

  /// The columns of one request.
  public static let columnsPerRequest = 65_535

  /// The requests in flight on one connection by default.
  public static let defaultRequestCredit = 1024

  /// The rows in flight on one connection by default.
  public static let defaultRowCredit = 65_536

  /// The bytes in flight on one connection by default.
  public static let defaultByteCredit = 16 << 20

  /// The models of one MODEL_LIST_OK.
  public static let modelsInList = 4096

  /// The figures of one STATS_OK.
  public static let statistics = 65_536

  /// The bytes of the name and of the version of a model, a client or a server.
  public static let nameLength = 64

  /// The bytes of the text of ERROR.
  public static let errorTextLength = 255

  /// The bytes of any other string.
  public static let stringLength = 65_535
}
