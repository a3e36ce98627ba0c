public import NIOCore

/// Writes the frames of a stream of bytes for people to read, one line each.
///
/// ```
///       0  HELLO id=1 lowest version=1 highest version=1 ... client name="apus-swift"
///     160  PING id=2 number=7
///     208  error: the checksum of a frame body does not match
/// ```
///
/// The number is the offset of the frame in the stream. Rows and scores are counted only, unless
/// their values are asked for: a capture may hold what nobody should read.
public struct StreamDump {
  private let showsValues: Bool
  private var decoder: FrameDecoder?
  private var buffer = ByteBuffer()
  private var offset = 0

  /// The frames that were written out.
  public private(set) var frameCount = 0

  /// What the first error said, if there was one.
  public private(set) var firstError: String?

  /// Creates the dump of one direction of one connection, from its first byte on.
  ///
  /// - Parameter showsValues: Whether rows and scores are written out.
  public init(showsValues: Bool = false) { self.showsValues = showsValues }

  /// Takes the next bytes of the stream.
  ///
  /// - Parameters:
  ///   - bytes: The bytes.
  ///   - print: Takes each line.
  /// - Returns: Whether more bytes are of use; they are not after an error that lost the place.
  @discardableResult
  public mutating func write(_ bytes: ByteBuffer, print: (String) -> Void) -> Bool {
    buffer.writeImmutableBuffer(bytes)
    while var current = decoder ?? makeDecoder() {
      let before = buffer.readableBytes + (current.isInsideFrame ? WireLimits.headerLength : 0)
      defer { decoder = current }
      do throws(FrameFailure) {
        guard let frame = try current.next(from: &buffer) else { break }
        frameCount += 1
        print(line(describe(frame)))
      } catch {
        report(error.error.text, print)
        guard error.connectionSurvives else { return false }
      }
      offset += before - buffer.readableBytes
    }
    buffer.discardReadBytes()
    return true
  }

  /// Says what is left when the stream has ended.
  ///
  /// - Parameter print: Takes the line, if there is one.
  public mutating func finish(print: (String) -> Void) {
    let isInside = decoder?.isInsideFrame ?? false
    let rest = buffer.readableBytes + (isInside ? WireLimits.headerLength : 0)
    guard rest > 0 else { return }
    report("the stream ends inside a frame, after \(rest) of its bytes", print)
  }

  private mutating func report(_ error: String, _ print: (String) -> Void) {
    firstError = firstError ?? error
    print(line("error: \(error)"))
  }

  /// Makes the decoder as soon as the first frame says who sent it.
  private func makeDecoder() -> FrameDecoder? {
    guard let type = buffer.getInteger(at: buffer.readerIndex + 5, as: UInt8.self) else {
      return nil
    }
    return FrameDecoder(
      from: type < 0x80 ? .client : .server,
      maximumBodyLength: WireLimits.hardBodyLength,
      features: .known
    )
  }

  private func line(_ text: String) -> String {
    let number = "\(offset)"
    return String(repeating: " ", count: max(0, 10 - number.utf8.count)) + number + "  " + text
  }

  private func describe(_ frame: Frame) -> String {
    let header = frame.header
    let layout = FrameTable.layout(of: header.type)
    var words = [layout.name, "id=\(header.correlationID)"]
    if !header.flags.isEmpty { words.append("flags=\(header.flags.names)") }
    if header.budgetMicroseconds > 0 { words.append("budget=\(header.budgetMicroseconds)us") }
    do throws(WireError) {
      let reading = try FrameReading(frame.body, as: layout)
      words += reading.entries.compactMap { describe($0, in: layout) }
      if showsValues, let values = try PayloadValues(frame) { words.append(values.description) }
    } catch {
      words.append("error: \(error.text)")
    }
    return words.joined(separator: " ")
  }

  private func describe(_ entry: FrameReading.Entry, in layout: FrameLayout) -> String? {
    switch entry.role {
    case .frame: return nil
    case .payload: return showsValues ? nil : "\(entry.name)=\(entry.length) bytes"
    case .content: break
    }
    if entry.isText { return "\(entry.name)=\(entry.value.debugDescription)" }
    guard let meaning = entry.meaning else { return "\(entry.name)=\(entry.value)" }
    return "\(entry.name)=\(entry.value) (\(meaning))"
  }
}

extension FrameFlags {
  /// The names of the flags that are set.
  fileprivate var names: String {
    let names = [(FrameFlags.timing, "TIMING"), (.noBatch, "NO_BATCH"), (.bulk, "BULK")]
    return names.filter { contains($0.0) }.map(\.1).joined(separator: "|")
  }
}
