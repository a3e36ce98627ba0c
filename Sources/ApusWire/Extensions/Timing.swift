import NIOCore

/// Where the time of one request went, as the server measured it.
///
/// ```
/// arrival ----- queue ----- transform ----- compute ----- reply
///    '------------------------- total -------------------------'
/// ```
///
/// Times beyond 4.29 s are given as 4.29 s. Transform and compute are those of the whole batch that
/// the request was computed in.
public struct Timing: Equatable, Sendable {
  /// The kind of a device that computes.
  public struct DeviceKind: RawRepresentable, Hashable, Sendable {
    /// The number on the wire.
    public let rawValue: UInt8

    /// Creates a kind from its number on the wire.
    public init(rawValue: UInt8) { self.rawValue = rawValue }

    /// The processor of the server.
    public static let cpu = DeviceKind(rawValue: 0)
    /// A device behind OpenCL.
    public static let openCL = DeviceKind(rawValue: 1)
  }

  /// How good an answer is beside what was asked for.
  public struct Quality: RawRepresentable, Hashable, Sendable {
    /// The number on the wire.
    public let rawValue: UInt8

    /// Creates a quality from its number on the wire.
    public init(rawValue: UInt8) { self.rawValue = rawValue }

    /// The model on its own device.
    public static let asAsked = Quality(rawValue: 0)
    /// The model on another device, because its own failed.
    public static let fallbackDevice = Quality(rawValue: 1)
  }

  /// From the arrival of the frame until a thread took it up.
  public var queueNanoseconds: UInt32
  /// Raw values into features.
  public var transformNanoseconds: UInt32
  /// Features into scores.
  public var computeNanoseconds: UInt32
  /// From the arrival of the frame until its reply was written.
  public var totalNanoseconds: UInt32
  /// The rows that were computed together, those of other requests included.
  public var batchRows: UInt32
  /// The kind of the device that computed.
  public var device: DeviceKind
  /// How good the answer is beside what was asked for.
  public var quality: Quality

  /// Creates a timing.
  ///
  /// - Parameters:
  ///   - queueNanoseconds: From the arrival of the frame until a thread took it up.
  ///   - transformNanoseconds: Raw values into features.
  ///   - computeNanoseconds: Features into scores.
  ///   - totalNanoseconds: From the arrival of the frame until its reply was written.
  ///   - batchRows: The rows that were computed together.
  ///   - device: The kind of the device that computed.
  ///   - quality: How good the answer is beside what was asked for.
  public init(
    queueNanoseconds: UInt32,
    transformNanoseconds: UInt32,
    computeNanoseconds: UInt32,
    totalNanoseconds: UInt32,
    batchRows: UInt32,
    device: DeviceKind = .cpu,
    quality: Quality = .asAsked
  ) {
    self.queueNanoseconds = queueNanoseconds
    self.transformNanoseconds = transformNanoseconds
    self.computeNanoseconds = computeNanoseconds
    self.totalNanoseconds = totalNanoseconds
    self.batchRows = batchRows
    self.device = device
    self.quality = quality
  }
}

extension Timing {
  /// Reads a payload, whose length was verified.
  init?(from payload: inout ByteCursor) throws(WireError) {
    guard
      let queueNanoseconds = payload.read(UInt32.self),
      let transformNanoseconds = payload.read(UInt32.self),
      let computeNanoseconds = payload.read(UInt32.self),
      let totalNanoseconds = payload.read(UInt32.self),
      let batchRows = payload.read(UInt32.self),
      let device = payload.read(UInt8.self),
      let quality = payload.read(UInt8.self),
      let reserved = payload.read(UInt16.self)
    else { return nil }
    guard reserved == 0 else { throw .reservedNotZero }
    self.init(
      queueNanoseconds: queueNanoseconds, transformNanoseconds: transformNanoseconds,
      computeNanoseconds: computeNanoseconds, totalNanoseconds: totalNanoseconds,
      batchRows: batchRows, device: DeviceKind(rawValue: device),
      quality: Quality(rawValue: quality))
  }

  func encode(into buffer: inout ByteBuffer) {
    buffer.writeMultipleIntegers(
      queueNanoseconds,
      transformNanoseconds,
      computeNanoseconds,
      totalNanoseconds,
      batchRows,
      endianness: .little
    )
    buffer.writeMultipleIntegers(
      device.rawValue,
      quality.rawValue,
      UInt16(0),
      endianness: .little
    )
  }
}
