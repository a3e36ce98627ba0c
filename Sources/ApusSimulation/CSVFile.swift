#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// A CSV file that is being written, field by field, through one buffer.
///
/// Fields are numbers, dates and names of this module's own making: none holds a comma, a quote or
/// a line break, so none is ever quoted.
struct CSVFile: ~Copyable {
  private static let bufferBytes = 1 << 18

  private let path: String
  private var descriptor: Int32
  private var buffer: [UInt8] = []
  private var isRowEmpty = true

  /// Creates the file and writes its header.
  ///
  /// - Parameters:
  ///   - path: Where the file is made; nothing may be there yet.
  ///   - header: The names of the columns.
  /// - Throws: ``SimulationError`` with code `fileSystem`.
  init(path: String, header: [String]) throws(SimulationError) {
    self.path = path
    descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o644)
    if descriptor < 0 { throw .systemCall("open", path) }
    buffer.reserveCapacity(Self.bufferBytes + 1_024)
    for name in header { text(name) }
    try endRow()
  }

  deinit {
    if descriptor >= 0 { _ = close(descriptor) }
  }

  /// Appends a text field.
  ///
  /// - Parameter value: The text.
  mutating func text(_ value: String) {
    separate()
    buffer.append(contentsOf: value.utf8)
  }

  /// Appends a name such as `U00042`: a letter, then a number with leading zeros.
  ///
  /// - Parameters:
  ///   - prefix: The letter.
  ///   - number: The number.
  ///   - digits: The least number of digits.
  mutating func name(_ prefix: Character, _ number: Int, digits: Int) {
    separate()
    buffer.append(contentsOf: prefix.utf8)
    append(number, digits: digits)
  }

  /// Appends an integer field.
  ///
  /// - Parameter value: The integer.
  mutating func integer(_ value: Int) {
    separate()
    append(value, digits: 1)
  }

  /// Appends a number with a fixed count of decimals.
  ///
  /// - Parameters:
  ///   - value: The number, below 10^18 when scaled by its decimals.
  ///   - decimals: How many digits follow the point, at least one.
  mutating func number(_ value: Double, decimals: Int) {
    separate()
    let scaled = Int((value * Mathematics.powerOfTen(decimals)).rounded())
    let scale = Int(Mathematics.powerOfTen(decimals))
    if scaled < 0 { buffer.append(UInt8(ascii: "-")) }
    append(abs(scaled) / scale, digits: 1)
    buffer.append(UInt8(ascii: "."))
    append(abs(scaled) % scale, digits: decimals)
  }

  /// Appends a moment such as `2025-10-01T09:30:00Z`.
  ///
  /// - Parameters:
  ///   - date: The date part.
  ///   - second: The second of the day.
  mutating func moment(date: String, second: Int) {
    text(date)
    buffer.append(UInt8(ascii: "T"))
    append(second / 3_600, digits: 2)
    buffer.append(UInt8(ascii: ":"))
    append(second / 60 % 60, digits: 2)
    buffer.append(UInt8(ascii: ":"))
    append(second % 60, digits: 2)
    buffer.append(UInt8(ascii: "Z"))
  }

  /// Appends an empty field: a value that was not recorded.
  mutating func blank() {
    separate()
  }

  /// Ends the row and writes the buffer when it is full.
  ///
  /// - Throws: ``SimulationError`` with code `fileSystem`.
  mutating func endRow() throws(SimulationError) {
    buffer.append(UInt8(ascii: "\n"))
    isRowEmpty = true
    if buffer.count >= Self.bufferBytes { try flush() }
  }

  /// Writes what is left and closes the file; a file that is dropped without this is incomplete.
  ///
  /// - Throws: ``SimulationError`` with code `fileSystem`.
  consuming func finish() throws(SimulationError) {
    try flush()
    if fsync(descriptor) != 0 { throw .systemCall("fsync", path) }
    let closed = close(descriptor)
    descriptor = -1
    if closed != 0 { throw .systemCall("close", path) }
  }

  private mutating func separate() {
    if !isRowEmpty { buffer.append(UInt8(ascii: ",")) }
    isRowEmpty = false
  }

  private mutating func append(_ value: Int, digits: Int) {
    precondition(value >= 0, "digits are written of numbers that are not negative, not \(value)")
    let start = buffer.count
    var rest = value
    while rest > 0 || buffer.count - start < digits {
      buffer.append(UInt8(ascii: "0") + UInt8(rest % 10))
      rest /= 10
    }
    buffer[start...].reverse()
  }

  private mutating func flush() throws(SimulationError) {
    var written = 0
    while written < buffer.count {
      let count = unsafe buffer[written...].withUnsafeBytes { bytes in
        unsafe write(descriptor, bytes.baseAddress, bytes.count)
      }
      if count < 0 && errno == EINTR { continue }
      if count <= 0 { throw .systemCall("write", path) }
      written += count
    }
    buffer.removeAll(keepingCapacity: true)
  }
}
