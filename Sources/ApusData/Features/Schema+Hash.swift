internal import Crypto

extension Schema {
  /// The first eight bytes, big-endian, of the SHA-256 of the schema's canonical encoding.
  ///
  /// ```
  /// "apus.schema.1"  columns  { name kind rule }*  label name  kind  task  classes  { class }*
  /// text   = UTF-8 length (UInt32, little-endian), UTF-8 bytes
  /// counts = UInt32, little-endian
  /// ```
  public var hash: UInt64 {
    var encoding: [UInt8] = []
    func append(_ count: Int) {
      for shift in stride(from: 0, to: 32, by: 8) {
        encoding.append(UInt8(truncatingIfNeeded: count >> shift))
      }
    }
    func append(_ text: String) {
      append(text.utf8.count)
      encoding += text.utf8
    }
    append("apus.schema.1")
    append(columns.count)
    for column in columns {
      append(column.name)
      append(column.kind.rawValue)
      append(column.missingRule.rawValue)
    }
    append(label.name)
    append(label.kind.rawValue)
    append(label.task.rawValue)
    append(label.classes.count)
    for name in label.classes { append(name) }
    return SHA256.hash(data: encoding).prefix(8).reduce(0) { $0 << 8 | UInt64($1) }
  }
}
