/// What of a device decides which kernels it can run, and which of them are tried first.
package struct DeviceTraits: Hashable, Sendable {
  /// Whether the device is a GPU.
  package let isGPU: Bool
  /// Whether the vendor is NVIDIA, whose compiler takes inline PTX.
  package let isNVIDIA: Bool
  /// The memory that the items of a work-group share, in bytes.
  package let localMemoryBytes: Int
  /// The most items of a work-group.
  package let maximumGroupItems: Int
  /// Whether the probe's tensor core products were right on this device.
  package var hasTensorCores: Bool

  /// Makes traits.
  package init(
    isGPU: Bool,
    isNVIDIA: Bool,
    localMemoryBytes: Int,
    maximumGroupItems: Int,
    hasTensorCores: Bool
  ) {
    self.isGPU = isGPU
    self.isNVIDIA = isNVIDIA
    self.localMemoryBytes = localMemoryBytes
    self.maximumGroupItems = maximumGroupItems
    self.hasTensorCores = hasTensorCores
  }
}
