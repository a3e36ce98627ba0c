internal import FoundationEssentials

/// Named arrays of 32-bit floats in the safetensors format.
///
/// ```
/// | length of header: UInt64 | header: JSON | data: Float32, row-major |   all little-endian
///
/// {"layers.0.bias":{"dtype":"F32","shape":[64],"data_offsets":[0,256]}, ...}
/// ```
/// Names are written in ascending order and the header is padded with spaces to 8 bytes, so equal
/// tensors give equal bytes. Source: the format description of huggingface/safetensors.
public struct SafeTensors: Hashable, Sendable {
  /// One array.
  public struct Tensor: Hashable, Sendable {
    /// The extents, outermost first.
    public let shape: [Int]
    /// The elements, row-major.
    public let values: [Float]

    /// Makes a tensor.
    ///
    /// - Precondition: the shape's product is the number of values.
    public init(shape: [Int], values: [Float]) {
      precondition(
        shape.reduce(1, *) == values.count, "\(values.count) values for a shape of \(shape)")
      self.shape = shape
      self.values = values
    }
  }

  /// Why bytes are not a safetensors file.
  public struct Malformed: Error, Hashable, Sendable {
    /// What is wrong, in a few words.
    public let reason: String
  }

  /// The tensors by name.
  public var tensors: [String: Tensor]

  /// Makes a collection.
  public init(_ tensors: [String: Tensor] = [:]) { self.tensors = tensors }

  private struct Entry: Codable {
    let dtype: String
    let shape: [Int]
    let dataOffsets: [Int]

    enum CodingKeys: String, CodingKey {
      case dtype, shape
      case dataOffsets = "data_offsets"
    }
  }

  /// The file's bytes.
  ///
  /// - Throws: an encoding error, which names of printable text never cause.
  public func encoded() throws -> [UInt8] {
    var header: [String: Entry] = [:]
    var data: [UInt8] = []
    for (name, tensor) in tensors.sorted(by: { $0.key < $1.key }) {
      let start = data.count
      data.reserveCapacity(start + tensor.values.count * 4)
      for value in tensor.values {
        let bits = value.bitPattern
        for shift in stride(from: 0, to: 32, by: 8) {
          data.append(UInt8(truncatingIfNeeded: bits >> UInt32(shift)))
        }
      }
      header[name] = Entry(dtype: "F32", shape: tensor.shape, dataOffsets: [start, data.count])
    }
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    var text = [UInt8](try encoder.encode(header))
    while text.count % 8 != 0 { text.append(UInt8(ascii: " ")) }
    let length = (0..<8).map { UInt8(truncatingIfNeeded: text.count >> (8 * $0)) }
    return length + text + data
  }

  /// Reads a file's bytes.
  ///
  /// Every offset is checked before it is used; tensors must lie inside the data and hold as many
  /// bytes as their shape says.
  public init(decoding bytes: [UInt8]) throws(Malformed) {
    guard bytes.count >= 8 else { throw Malformed(reason: "it is shorter than its length field") }
    let length = (0..<8).reversed().reduce(UInt64(0)) { $0 << 8 | UInt64(bytes[$1]) }
    guard length <= UInt64(bytes.count - 8) else {
      throw Malformed(reason: "its header of \(length) bytes does not fit")
    }
    let dataStart = 8 + Int(length)
    let header: [String: Entry]
    do {
      header = try JSONDecoder().decode(
        [String: Entry].self, from: Data(bytes[8..<dataStart]))
    } catch {
      throw Malformed(reason: "its header is not the JSON of a tensor table")
    }
    tensors = [:]
    for (name, entry) in header {
      tensors[name] = try Self.tensor(name, entry, bytes[dataStart...])
    }
  }

  private static func tensor(
    _ name: String, _ entry: Entry, _ data: ArraySlice<UInt8>
  ) throws(Malformed) -> Tensor {
    guard entry.dtype == "F32" else {
      throw Malformed(reason: "tensor \(name) is \(entry.dtype), not F32")
    }
    var count = 1
    for extent in entry.shape {
      let (product, overflow) = count.multipliedReportingOverflow(by: extent)
      guard extent >= 0, !overflow else {
        throw Malformed(reason: "tensor \(name) has the shape \(entry.shape)")
      }
      count = product
    }
    guard entry.dataOffsets.count == 2, 0 <= entry.dataOffsets[0],
      entry.dataOffsets[0] <= entry.dataOffsets[1], entry.dataOffsets[1] <= data.count,
      count <= data.count, entry.dataOffsets[1] - entry.dataOffsets[0] == 4 * count
    else { throw Malformed(reason: "tensor \(name) lies outside the data") }
    let start = data.startIndex + entry.dataOffsets[0]
    let values = (0..<count).map { index in
      let at = start + 4 * index
      let bits = (0..<4).reversed().reduce(UInt32(0)) { $0 << 8 | UInt32(data[at + $1]) }
      return Float(bitPattern: bits)
    }
    return Tensor(shape: entry.shape, values: values)
  }
}
