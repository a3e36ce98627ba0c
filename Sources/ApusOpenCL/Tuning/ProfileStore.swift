import Crypto
import FoundationEssentials

/// A folder of device profiles, so that what was measured once is known at the next start.
///
/// A profile is a JSON file, named by a hash of device, driver and kernels. A digest in it covers
/// its content; a file that was damaged or edited counts as missing.
///
/// ```
///  <sha256 of the key>.json    {"digest": "...", "profile": {...}}
/// ```
/// Files are written to a temporary name and renamed, so that processes that start together see a
/// whole one or none.
public struct ProfileStore: Hashable, Sendable {
  /// The folder; it is made when the first profile is stored.
  public let folder: String

  /// Uses `folder`.
  public init(folder: String) {
    self.folder = folder
  }

  /// The folder for the person who runs the program, `profiles` beside the program cache's; nil
  /// where that is not known.
  public static var ofUser: ProfileStore? {
    ProgramCache.ofUser.map { ProfileStore(folder: $0.folder + "-profiles") }
  }

  /// Why a profile cannot be used.
  package enum Miss: Error, Hashable {
    /// There is no readable file.
    case absent
    /// The file is not what was stored under this key.
    case damaged
  }

  private struct Entry: Codable {
    let digest: String
    let profile: DeviceProfile
  }

  /// The file that holds, or would hold, the profile for `key`.
  package func path(of key: ProgramCache.Key) -> String { "\(folder)/\(key.name).json" }

  /// The profile stored for `key`.
  ///
  /// - Throws: `Miss`.
  package func load(_ key: ProgramCache.Key) throws(Miss) -> DeviceProfile {
    guard let data = try? Data(contentsOf: URL(filePath: path(of: key))) else { throw .absent }
    guard let entry = try? JSONDecoder().decode(Entry.self, from: data),
      let digest = try? Self.digest(of: entry.profile, key: key), digest == entry.digest
    else { throw .damaged }
    return entry.profile
  }

  /// Stores a profile for `key`, in place of any that is there.
  ///
  /// - Throws: the file system's error.
  package func store(_ profile: DeviceProfile, for key: ProgramCache.Key) throws {
    try FileManager.default.createDirectory(
      at: URL(filePath: folder),
      withIntermediateDirectories: true
    )
    let entry = Entry(digest: try Self.digest(of: profile, key: key), profile: profile)
    try Self.encoder.encode(entry).write(to: URL(filePath: path(of: key)), options: .atomic)
  }

  /// The digest covers the key, so that a file under another name is not taken.
  private static func digest(of profile: DeviceProfile, key: ProgramCache.Key) throws -> String {
    let text = String(decoding: try encoder.encode(profile), as: UTF8.self)
    return ProgramCache.Key([key.name, text]).name
  }

  private static var encoder: JSONEncoder {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    return encoder
  }
}

extension ProgramCache.Key {
  /// The hash in hexadecimal digits.
  var name: String { String(fileName.prefix(2 * hash.count)) }
}
