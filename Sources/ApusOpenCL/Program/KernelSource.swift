import CKernels

/// The OpenCL C text from which a backend builds its program.
package struct KernelSource: Hashable, Sendable {
  /// The text of each file, in the order in which the compiler takes them.
  package let files: [String]

  /// Makes a source from texts.
  package init(files: [String]) {
    self.files = files
  }

  /// The kernels of this package.
  package static let embedded = KernelSource(
    files: (0..<CKernels_count()).map { index in
      let source = unsafe CKernels_source(index)
      let bytes = unsafe UnsafeRawBufferPointer(start: source.bytes, count: source.count)
      return unsafe String(decoding: bytes, as: UTF8.self)
    }
  )

  /// All files in one text, each told apart for the compiler's messages.
  var text: String { files.joined(separator: "\n") }
}
