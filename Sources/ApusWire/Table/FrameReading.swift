public import NIOCore

/// All that the table finds in a body, from its first byte to its last.
///
/// The reading checks no more than it needs to find its way; whether a body obeys the protocol is
/// for the codecs to say.
public struct FrameReading: Sendable {
  /// One field, as it was found.
  public struct Entry: Equatable, Sendable {
    /// The offset in the body.
    public let offset: Int
    /// The bytes.
    public let length: Int
    /// The name.
    public let name: String
    /// What was found; empty for a payload.
    public let value: String
    /// What the value means, if the table says that.
    public let meaning: String?
    /// What the entry is for a reader.
    public let role: Role
    /// Whether the value is a text of the sender.
    public let isText: Bool
  }

  /// What an entry is for a reader.
  public enum Role: Equatable, Sendable {
    /// Something that the sender says.
    case content
    /// Numbers of a user, described in words only.
    case payload
    /// Lengths, zeros: what holds the rest together.
    case frame
  }

  /// The entries, without gaps.
  public private(set) var entries: [Entry] = []

  private let body: ByteBuffer
  private var offset = 0
  private var end: Int
  private var counts: [String: Int] = [:]

  /// Reads a body.
  ///
  /// - Parameters:
  ///   - body: The body, without the header.
  ///   - layout: The layout of its type.
  /// - Throws: ``WireError`` with code PROTOCOL if the body is shorter than its own lengths say.
  public init(_ body: ByteBuffer, as layout: FrameLayout) throws(WireError) {
    self.body = body
    end = body.readableBytes
    for field in FrameTable.prefix { try read(field, role: .frame) }
    let extensionLength = counts["extension length"] ?? 0
    let blockLength = counts["block length"] ?? 0
    guard extensionLength <= end - offset, blockLength <= end - extensionLength else {
      throw .protocolViolation("the lengths inside a body do not fit")
    }
    end -= extensionLength
    for field in layout.fields { try read(field) }
    if blockLength > offset { skip(blockLength - offset, "fields of a newer peer") }
    for part in layout.data { try read(part) }
    if offset < end { skip(end - offset, "padding") }
    end += extensionLength
    while offset < end { try readExtension() }
  }

  private mutating func readExtension() throws(WireError) {
    for field in FrameTable.extensionPrefix { try read(field, role: .frame) }
    let length = counts["payload length"] ?? 0
    let fields = FrameTable.payload(ofExtension: UInt16(truncatingIfNeeded: counts["tag"] ?? 0))
    let isKnown = fields.reduce(0) { $0 + $1.kind.length } == length
    guard length <= end - offset else {
      throw .protocolViolation("the lengths inside a body do not fit")
    }
    if isKnown {
      for field in fields { try read(field) }
    } else {
      skip(length, "payload of an unknown extension")
    }
    let padding = min(-length & 7, end - offset)
    if padding > 0 { skip(padding, "padding") }
  }

  private mutating func read(_ part: FrameLayout.Part) throws(WireError) {
    switch part {
    case .field(let field): try read(field)
    case .text(let name):
      guard let length = unsigned(2), 2 + Int(length) <= end - offset,
        let bytes = body.getSlice(at: body.readerIndex + offset + 2, length: Int(length))
      else {
        throw .protocolViolation("the data of a body is too short")
      }
      let text = String(decoding: bytes.readableBytesView, as: UTF8.self)
      add(2 + Int(length), name, text, isText: true)
    case .list(let count, let parts):
      // Each round takes bytes of the body, so the loop ends with them whatever the count says.
      for _ in 0..<(counts[count] ?? 0) {
        for part in parts { try read(part) }
      }
    case .payload(let name):
      add(end - offset, name, "", role: .payload)
    }
  }

  private mutating func read(
    _ field: FrameLayout.Field,
    role: Role = .content
  ) throws(WireError) {
    let length = field.kind.length
    guard length <= end - offset else {
      throw .protocolViolation("the data of a body is too short")
    }
    switch field.kind {
    case .unsigned:
      let value = unsigned(length) ?? 0
      counts[field.name] = Int(clamping: value)
      add(length, field.name, "\(value)", meaning: field.meanings[value], role: role)
    case .double:
      add(length, field.name, "\(Double(bitPattern: unsigned(length) ?? 0))")
    case .bytes:
      add(length, field.name, hexadecimal(length))
    case .reserved:
      skip(length, field.name)
    }
  }

  /// The unsigned integer at the current place, if it is there.
  private func unsigned(_ length: Int) -> UInt64? {
    guard length <= end - offset,
      let bytes = body.getBytes(at: body.readerIndex + offset, length: length)
    else { return nil }
    return bytes.reversed().reduce(0) { $0 << 8 | UInt64($1) }
  }

  private func hexadecimal(_ length: Int) -> String {
    let bytes = body.getBytes(at: body.readerIndex + offset, length: length) ?? []
    return bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }

  private mutating func skip(_ length: Int, _ name: String) {
    let isZero = hexadecimal(length).allSatisfy { $0 == "0" }
    add(length, name, isZero ? "0" : hexadecimal(length), role: .frame)
  }

  private mutating func add(
    _ length: Int,
    _ name: String,
    _ value: String,
    meaning: String? = nil,
    role: Role = .content,
    isText: Bool = false
  ) {
    entries.append(
      Entry(
        offset: offset, length: length, name: name, value: value, meaning: meaning, role: role,
        isText: isText)
    )
    offset += length
  }
}
