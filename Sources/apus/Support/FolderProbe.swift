internal import Foundation

/// A folder that long work is to write to, tried before the work begins.
///
/// The permissions of a folder do not say all: `/proc` lets its owner write and yet takes no file.
enum FolderProbe {
  /// Makes a folder where the path's first missing part would be made, and takes it away again.
  ///
  /// The probe has a name of its own, so that runs that begin at once do not meet.
  ///
  /// - Parameter path: the folder, which need not exist.
  /// - Throws: `Failure` naming the folder when nothing can be made there.
  static func check(_ path: String) throws {
    var folder = path
    while !FileManager.default.fileExists(atPath: folder) {
      guard let slash = folder.lastIndex(of: "/") else {
        folder = "."
        break
      }
      folder = slash == folder.startIndex ? "/" : String(folder[..<slash])
    }
    let probe = "\(folder)/.apus-\(UUID())"
    do {
      try FileManager.default.createDirectory(atPath: probe, withIntermediateDirectories: false)
      try FileManager.default.removeItem(atPath: probe)
    } catch {
      throw Failure.cannotWrite(path, error)
    }
  }
}
