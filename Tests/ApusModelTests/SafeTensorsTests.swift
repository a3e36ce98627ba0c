import ApusModel
import Testing

@Suite("Safetensors")
struct SafeTensorsTests {
  private let tensors = SafeTensors([
    "b": SafeTensors.Tensor(shape: [3], values: [1, -0.0, .infinity]),
    "a": SafeTensors.Tensor(shape: [2, 1], values: [0x1p-149, -3.5]),
    "scalar": SafeTensors.Tensor(shape: [], values: [7]),
  ])

  @Test("round trip keeps every bit, and equal tensors give equal bytes")
  func roundTrip() throws {
    let bytes = try tensors.encoded()
    let read = try SafeTensors(decoding: bytes)
    #expect(read.tensors.keys.sorted() == ["a", "b", "scalar"])
    for (name, tensor) in tensors.tensors {
      #expect(read.tensors[name]?.shape == tensor.shape)
      #expect(
        read.tensors[name]?.values.map(\.bitPattern) == tensor.values.map(\.bitPattern))
    }
    #expect(try read.encoded() == bytes)
  }

  @Test("the bytes are those of the format")
  func bytes() throws {
    let one = SafeTensors(["x": SafeTensors.Tensor(shape: [1], values: [1])])
    let header = #"{"x":{"data_offsets":[0,4],"dtype":"F32","shape":[1]}}"#
    let padded = header + String(repeating: " ", count: (8 - header.utf8.count % 8) % 8)
    let length = UInt8(padded.utf8.count)
    #expect(
      try one.encoded() == [length, 0, 0, 0, 0, 0, 0, 0] + Array(padded.utf8) + [0, 0, 0x80, 0x3F])
  }

  @Test("every truncation is refused")
  func truncations() throws {
    let bytes = try tensors.encoded()
    for count in 0..<bytes.count {
      #expect(throws: SafeTensors.Malformed.self) {
        try SafeTensors(decoding: Array(bytes[..<count]))
      }
    }
  }

  @Test(
    "headers that lie are refused",
    arguments: [
      #"{"x":{"dtype":"F16","shape":[1],"data_offsets":[0,4]}}"#,
      #"{"x":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}"#,
      #"{"x":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}}"#,
      #"{"x":{"dtype":"F32","shape":[4611686018427387904,4],"data_offsets":[0,0]}}"#,
      #"{"x":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}"#,
      #"{"x":{"dtype":"F32","shape":[1],"data_offsets":[4,0]}}"#,
      #"{"x":{"dtype":"F32","shape":[1],"data_offsets":[0]}}"#,
      #"{"x":{"dtype":"F32","shape":[0,9223372036854775807],"data_offsets":[-4,-4]}}"#,
      #"[1]"#,
    ])
  func lies(_ header: String) {
    let bytes =
      [UInt8(header.utf8.count), 0, 0, 0, 0, 0, 0, 0] + Array(header.utf8) + [0, 0, 0, 0]
    #expect(throws: SafeTensors.Malformed.self) { try SafeTensors(decoding: bytes) }
  }
}
