internal import Glibc

extension ModelFolder {
  /// The state of a version's files, which changes whenever they are written or replaced.
  public struct Fingerprint: Hashable, Sendable {
    private struct File: Hashable {
      let inode: UInt
      let bytes: Int
      let seconds: Int
      let nanoseconds: Int
    }

    private var files: [String: File] = [:]

    fileprivate mutating func add(_ name: String, at path: String) {
      var status = stat()
      guard unsafe stat(path, &status) == 0 else { return }
      files[name] = File(
        inode: UInt(status.st_ino), bytes: Int(status.st_size), seconds: status.st_mtim.tv_sec,
        nanoseconds: status.st_mtim.tv_nsec)
    }
  }

  /// Looks at the files of a version, without reading them.
  ///
  /// - Parameter version: The number of the version.
  /// - Returns: Their state; a file that is not there is part of it.
  public func fingerprint(version: Int) -> Fingerprint {
    var fingerprint = Fingerprint()
    for name in [Artifact.manifestFile, Artifact.weightsFile, Artifact.goldenFile] {
      fingerprint.add(name, at: "\(path(version: version))/\(name)")
    }
    return fingerprint
  }

  /// The length of a file; nil where there is none.
  static func bytes(ofFile path: String) -> Int? {
    var status = stat()
    return unsafe stat(path, &status) == 0 ? Int(status.st_size) : nil
  }
}
