package import ApusWire
internal import Crypto

extension ModelHandle {
  private static let routeBit: UInt32 = 1 << 31

  /// The handle of a sealed version: the first bytes of its digest, or the next free number above
  /// them; never 0.
  ///
  /// - Parameters:
  ///   - digest: The digest of the artifact, at least 4 bytes.
  ///   - isTaken: Whether another version has a handle already.
  package init(artifact digest: [UInt8], isTaken: (ModelHandle) -> Bool) {
    self = Self.free(from: Self.number(digest) & ~Self.routeBit, isTaken: isTaken)
  }

  /// The handle of a name: the first bytes of its SHA-256, or the next free number above them.
  ///
  /// - Parameters:
  ///   - name: The name of the model.
  ///   - isTaken: Whether another name has a handle already.
  package init(route name: String, isTaken: (ModelHandle) -> Bool) {
    let digest = Array(SHA256.hash(data: Array(name.utf8)))
    self = Self.free(from: Self.number(digest) | Self.routeBit, isTaken: isTaken)
  }

  private static func number(_ digest: [UInt8]) -> UInt32 {
    digest.prefix(4).reversed().reduce(0) { $0 << 8 | UInt32($1) }
  }

  private static func free(
    from number: UInt32, isTaken: (ModelHandle) -> Bool
  ) -> ModelHandle {
    let route = number & routeBit
    var number = number
    while number == 0 || isTaken(ModelHandle(rawValue: number)) {
      number = (number &+ 1) & ~routeBit | route
    }
    return ModelHandle(rawValue: number)
  }
}
