extension KernelSource {
  /// The texts of all files.
  var texts: [String] { files.map(\.text) }

  /// These kernels with a text replaced wherever it stands, for tests of what checks them.
  package func replacing(_ text: String, with other: String) -> KernelSource {
    KernelSource(
      files: files.map { file in
        File(name: file.name, text: file.text.split(separator: text).joined(separator: other))
      }
    )
  }
}
