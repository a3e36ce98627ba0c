import CKernels

/// The OpenCL C text from which a backend builds its programs.
package struct KernelSource: Hashable, Sendable {
  /// One file.
  struct File: Hashable, Sendable {
    let name: String
    let text: String
  }

  /// The files, in the order in which the compiler takes them.
  let files: [File]

  /// Makes a source from texts of which each program takes all.
  package init(files: [String]) {
    self.init(files: files.map { File(name: Self.common, text: $0) })
  }

  init(files: [File]) {
    self.files = files
  }

  /// The kernels of this package.
  package static let embedded = KernelSource(
    files: (0..<CKernels_count()).map { index in
      let source = unsafe CKernels_source(index)
      let bytes = unsafe UnsafeRawBufferPointer(start: source.bytes, count: source.count)
      return unsafe File(
        name: String(cString: source.name),
        text: String(decoding: bytes, as: UTF8.self)
      )
    }
  )

  /// The text of a module: what all share, then its own files.
  func text(of module: KernelModule) -> String {
    let names = [Self.common] + module.fileNames
    return files.filter { names.contains($0.name) }.map(\.text).joined(separator: "\n")
  }

  private static let common = "common.cl"
}
