import CSIMD
import Glibc

/// Memory in which every tensor lies alone beside a page that nobody may touch.
///
/// ```
/// side .end      | guard | NaN NaN NaN tensor | guard |
/// side .start    | guard | tensor NaN NaN NaN | guard |
/// ```
/// A touch of a guard is caught, noted and let through, so that the run ends and the test can say
/// what was touched. All tensors lie in one reservation, since a step names them as elements that
/// are counted from one address. There is one reservation, so tests of it take turns.
@safe
final class GuardedMemory {
  /// The end of a tensor that lies at a guard.
  enum Side: CaseIterable {
    case start, end
  }

  /// Where a tensor lies.
  struct Tensor {
    /// What it is, for messages.
    let name: String
    /// Its elements, counted from the memory's first.
    let range: Range<Int>
    /// The elements around it that may be touched.
    fileprivate let open: Range<Int>

    /// Its place in a step.
    var place: apus_place { apus_place(memory: APUS_ARENA, offset: range.lowerBound) }
  }

  /// Padding, and what a tensor without values holds: a NaN that no computation makes.
  static let padding = Float(bitPattern: 0x7FC5_A5A5)

  private static let pageSize = 4096 / MemoryLayout<Float>.stride
  /// The elements of one tensor's part of the reservation.
  private static let slotSize = 1 << 20
  private static let slotCount = 16

  /// The first element of the reservation.
  let base: UnsafeMutablePointer<Float>

  private let side: Side
  private var tensors: [Tensor] = []

  /// Closes the whole reservation and forgets what was touched.
  init(_ side: Side) {
    self.side = side
    unsafe base = GuardFaults.region(bytes: Self.slotCount * Self.slotSize * 4)
    protect(0..<Self.slotCount * Self.slotSize, PROT_NONE)
    GuardFaults.reset()
  }

  /// Lays out a tensor of given values.
  func add(_ name: String, _ values: [Float]) -> Tensor {
    let tensor = add(name, count: values.count)
    for (index, value) in zip(tensor.range, values) { unsafe base[index] = value }
    return tensor
  }

  /// Lays out a tensor of `count` elements that nobody has written yet.
  func add(_ name: String, count: Int) -> Tensor {
    let pages = (count + Self.pageSize - 1) / Self.pageSize * Self.pageSize
    precondition(tensors.count < Self.slotCount, "more than \(Self.slotCount) tensors")
    precondition(pages + 2 * Self.pageSize <= Self.slotSize, "\(count) elements in one tensor")
    let first = tensors.count * Self.slotSize + Self.pageSize
    let open = first..<first + pages
    let start = side == .start ? open.lowerBound : open.upperBound - count
    let tensor = Tensor(name: name, range: start..<start + count, open: open)
    protect(open, PROT_READ | PROT_WRITE)
    for index in open { unsafe base[index] = Self.padding }
    tensors.append(tensor)
    return tensor
  }

  /// The elements of a tensor.
  func read(_ tensor: Tensor) -> [Float] { tensor.range.map { unsafe base[$0] } }

  /// What was touched that should not have been, in words; nil where nothing was.
  func fault() -> String? {
    if let address = GuardFaults.first {
      let start = unsafe UInt(bitPattern: base)
      let element = Int(address - start) / 4
      let slot = min(max(element / Self.slotSize, 0), tensors.count - 1)
      guard tensors.indices.contains(slot) else { return "element \(element)" }
      let range = tensors[slot].range
      let distance =
        element < range.lowerBound
        ? "\(range.lowerBound - element) before" : "\(element - range.upperBound + 1) behind"
      return "\(tensors[slot].name) was touched \(distance) its \(range.count) elements"
    }
    let written = tensors.first { tensor in
      tensor.open.contains { index in
        let bits = unsafe base[index].bitPattern
        return !tensor.range.contains(index) && bits != Self.padding.bitPattern
      }
    }
    return written.map { "\($0.name) was written beside its \($0.range.count) elements" }
  }

  private func protect(_ range: Range<Int>, _ protection: Int32) {
    let result = unsafe mprotect(base + range.lowerBound, range.count * 4, protection)
    precondition(result == 0, "mprotect of elements \(range): errno \(errno)")
  }
}
