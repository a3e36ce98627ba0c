/// The places and names of everything in the body of one type of frame.
///
/// ```
/// 0            8                     block length
/// | prefix     | fields              | data parts, padding | extensions |
/// ```
public struct FrameLayout: Sendable {
  /// What a number or a run of bytes is.
  public enum Kind: Equatable, Sendable {
    /// An unsigned integer of 1, 2, 4 or 8 bytes.
    case unsigned(Int)
    /// A 64-bit floating-point number.
    case double
    /// Bytes without a meaning of their own.
    case bytes(Int)
    /// Bytes that are zero.
    case reserved(Int)

    /// The bytes that it takes.
    public var length: Int {
      switch self {
      case .unsigned(let length), .bytes(let length), .reserved(let length): length
      case .double: 8
      }
    }
  }

  /// One field.
  public struct Field: Sendable {
    /// Its name, as <doc:Protocol> and the examples say it.
    public let name: String
    /// What it is.
    public let kind: Kind
    /// What single values mean, where they are not amounts.
    public let meanings: [UInt64: String]

    /// An unsigned integer of one byte.
    static func u8(_ name: String, _ meanings: [UInt64: String] = [:]) -> Field {
      Field(name: name, kind: .unsigned(1), meanings: meanings)
    }

    /// An unsigned integer of two bytes.
    static func u16(_ name: String, _ meanings: [UInt64: String] = [:]) -> Field {
      Field(name: name, kind: .unsigned(2), meanings: meanings)
    }

    /// An unsigned integer of four bytes.
    static func u32(_ name: String, _ meanings: [UInt64: String] = [:]) -> Field {
      Field(name: name, kind: .unsigned(4), meanings: meanings)
    }

    /// An unsigned integer of eight bytes.
    static func u64(_ name: String) -> Field {
      Field(name: name, kind: .unsigned(8), meanings: [:])
    }

    /// A floating-point number of eight bytes.
    static func f64(_ name: String) -> Field {
      Field(name: name, kind: .double, meanings: [:])
    }

    /// Bytes without a meaning of their own.
    static func bytes(_ name: String, _ count: Int) -> Field {
      Field(name: name, kind: .bytes(count), meanings: [:])
    }

    /// Bytes that are zero.
    static func reserved(_ count: Int) -> Field {
      Field(name: "reserved", kind: .reserved(count), meanings: [:])
    }
  }

  /// A piece of the data behind the block.
  public indirect enum Part: Sendable {
    /// A field.
    case field(Field)
    /// A count of bytes and a text.
    case text(String)
    /// The same pieces again and again, as often as the field with that name says.
    case list(count: String, [Part])
    /// The rest, which <doc:Protocol> describes in words.
    case payload(String)
  }

  /// The type of the frame.
  public let type: FrameType
  /// Its name, such as `HELLO_OK`.
  public let name: String
  /// The fields of the block, without gaps from offset 8 on.
  public let fields: [Field]
  /// The pieces of the data.
  public let data: [Part]

  init(_ type: FrameType, _ name: String, _ fields: [Field] = [], data: [Part] = []) {
    self.type = type
    self.name = name
    self.fields = fields
    self.data = data
  }

  /// The bytes of the block, the prefix included.
  public var blockLength: Int {
    fields.reduce(WireLimits.bodyPrefixLength) { $0 + $1.kind.length }
  }

  /// The fields of the block with their offsets in the body.
  public var placedFields: [(offset: Int, field: Field)] {
    var offset = WireLimits.bodyPrefixLength
    return fields.map { field in
      defer { offset += field.kind.length }
      return (offset, field)
    }
  }
}
