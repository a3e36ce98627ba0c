import ApusReport
import Testing

@Suite("TensorBoard event files")
struct EventFileTests {
  @Test("have the bytes that TensorBoard's own writer gives")
  func bytes() {
    var file = EventFile(time: 1.5)
    file.append(["validation/auc": 0.75, "loss/training": 0.25], step: 300, time: 2.5)
    // RecordWriter of tensorboard 2.20 with the same two Events.
    let expected =
      "1800000000000000a37f4b2209000000000000f83f1a0d627261696e2e4576656e743a322a28646c"
      + "3b000000000000001a23ac5c09000000000000044010ac022a2d0a140a0d6c6f73732f747261696e"
      + "696e67150000803e0a150a0e76616c69646174696f6e2f617563150000403faf633082"
    #expect(hexadecimal(file.bytes) == expected)
  }

  private func hexadecimal(_ bytes: [UInt8]) -> String {
    bytes.map { byte in
      let digits = String(byte, radix: 16)
      return digits.count == 1 ? "0" + digits : digits
    }.joined()
  }
}
