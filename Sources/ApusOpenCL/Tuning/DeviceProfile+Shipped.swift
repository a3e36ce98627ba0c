import CKernels
import FoundationEssentials

extension DeviceProfile {
  /// The profiles that came with the program, measured on devices whose names begin with theirs.
  package static let shipped: [DeviceProfile] = (0..<CKernels_profile_count()).compactMap { index in
    let text = unsafe CKernels_profile(index)
    let bytes = unsafe UnsafeRawBufferPointer(start: text.bytes, count: text.count)
    return unsafe try? JSONDecoder().decode(DeviceProfile.self, from: Data(bytes))
  }

  /// The shipped profile whose device's name is the longest beginning of `name`.
  ///
  /// Its timings are a hint about which kernel to try first; its checks say nothing about another
  /// machine.
  static func shipped(for name: String) -> DeviceProfile? {
    shipped.filter { name.hasPrefix($0.device) }.max { $0.device.count < $1.device.count }
  }
}
