/// What a device is.
public struct DeviceDescription: Hashable, Sendable, Codable {
  /// How a device is reached.
  public enum Kind: String, Hashable, Sendable, Codable {
    /// The CPU's vector instructions.
    case cpu
    /// OpenCL.
    case opencl
  }

  /// How the device is reached.
  public let kind: Kind
  /// The name by which `--device` selects it, such as `cpu` or `opencl:0`.
  public let selector: String
  /// The device's own name.
  public let name: String
  /// The vendor of the device or of its driver.
  public let vendor: String
  /// The driver's version, or the instruction set level of a CPU.
  public let version: String
  /// The number of threads, cores or compute units.
  public let computeUnits: Int
  /// Whether the device is a GPU.
  public let isGPU: Bool

  /// Describes a device.
  public init(
    kind: Kind,
    selector: String,
    name: String,
    vendor: String,
    version: String,
    computeUnits: Int,
    isGPU: Bool = false
  ) {
    self.kind = kind
    self.selector = selector
    self.name = name
    self.vendor = vendor
    self.version = version
    self.computeUnits = computeUnits
    self.isGPU = isGPU
  }
}

extension DeviceDescription: CustomStringConvertible {
  /// The selector, then name and version.
  public var description: String { "\(selector) (\(name), \(version))" }
}
