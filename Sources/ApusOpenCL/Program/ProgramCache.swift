import Crypto
import FoundationEssentials

/// A folder of built programs, so that a second start need not compile.
///
/// An entry is named by a hash of everything that shaped the program: device, driver, options and
/// source. It is verified before it is used, and a damaged one counts as missing.
///
/// ```
///  <sha256 of the key>.bin
///  | "apus-cl1" | key hash | payload length | payload hash | payload |
///     8 bytes     32         8, little-endian  32
/// ```
/// Entries are written to a temporary name and renamed, so that processes that start together see
/// a whole entry or none.
public struct ProgramCache: Hashable, Sendable {
  /// The folder; it is made when the first entry is stored.
  public let folder: String

  /// Uses `folder`.
  public init(folder: String) {
    self.folder = folder
  }

  /// The folder for the person who runs the program: `apus/opencl` in `XDG_CACHE_HOME`, or in
  /// `~/.cache`; nil where neither is known.
  public static var ofUser: ProgramCache? {
    let environment = ProcessInfo.processInfo.environment
    func folder(_ variable: String) -> String? {
      // The XDG specification has relative paths ignored.
      environment[variable].flatMap { $0.hasPrefix("/") ? $0 : nil }
    }
    guard let caches = folder("XDG_CACHE_HOME") ?? folder("HOME").map({ $0 + "/.cache" }) else {
      return nil
    }
    return ProgramCache(folder: caches + "/apus/opencl")
  }

  /// What shaped a program.
  package struct Key: Hashable, Sendable {
    /// The SHA-256 of all parts.
    package let hash: [UInt8]

    /// Hashes `parts`, each with its length before it so that no two lists look alike.
    package init(_ parts: [String]) {
      var hasher = SHA256()
      for part in parts {
        hasher.update(data: littleEndianBytes(UInt64(part.utf8.count)))
        hasher.update(data: Array(part.utf8))
      }
      hash = Array(hasher.finalize())
    }

    /// The entry's file name.
    package var fileName: String {
      hash.map { byte in
        let digits = String(byte, radix: 16)
        return digits.count == 1 ? "0" + digits : digits
      }.joined() + ".bin"
    }
  }

  /// Why an entry cannot be used.
  package enum Miss: Error, Hashable {
    /// There is no readable entry.
    case absent
    /// The entry is not what was stored under this key.
    case damaged
  }

  /// The file that holds, or would hold, the entry for `key`.
  package func path(of key: Key) -> String { folder + "/" + key.fileName }

  /// The program stored for `key`.
  ///
  /// - Throws: `Miss`.
  package func load(_ key: Key) throws(Miss) -> [UInt8] {
    guard let data = try? Data(contentsOf: URL(filePath: path(of: key))) else {
      throw .absent
    }
    let entry = Array(data)
    let header = Self.header(key: key, payload: entry.dropFirst(Self.headerByteCount))
    guard entry.count > Self.headerByteCount, entry.starts(with: header) else { throw .damaged }
    return Array(entry.dropFirst(Self.headerByteCount))
  }

  /// Stores a program for `key`, in place of any entry that is there.
  ///
  /// - Throws: the file system's error.
  package func store(_ payload: [UInt8], for key: Key) throws {
    try FileManager.default.createDirectory(
      at: URL(filePath: folder),
      withIntermediateDirectories: true
    )
    let entry = Data(Self.header(key: key, payload: payload[...]) + payload)
    try entry.write(to: URL(filePath: path(of: key)), options: .atomic)
  }

  private static let magic = Array("apus-cl1".utf8)
  private static let headerByteCount = magic.count + 32 + 8 + 32

  private static func header(key: Key, payload: ArraySlice<UInt8>) -> [UInt8] {
    magic + key.hash + littleEndianBytes(UInt64(payload.count)) + Array(SHA256.hash(data: payload))
  }
}

private func littleEndianBytes(_ value: UInt64) -> [UInt8] {
  (0..<8).map { UInt8(truncatingIfNeeded: value >> ($0 * 8)) }
}
