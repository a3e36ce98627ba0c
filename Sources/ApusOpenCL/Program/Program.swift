import ApusCompute
import COpenCL

/// The owner of a `cl_program` that is built for its device.
@safe
struct Program: ~Copyable, @unchecked Sendable {
  /// The loader's functions.
  let library: OpenCLLibrary
  /// The driver's handle.
  let handle: cl_program

  /// Builds a program from its source.
  ///
  /// - Throws: `ComputeError.kernelBuildFailed` with the first lines of the compiler's log.
  init(
    source: String,
    options: String,
    context: borrowing Context
  ) throws(ComputeError) {
    let library = context.device.library
    var status: cl_int = 0
    var text = source
    let handle = text.withUTF8 { bytes in
      var start = unsafe UnsafeRawPointer(bytes.baseAddress)?.assumingMemoryBound(to: CChar.self)
      var count = bytes.count
      return unsafe library.functions.clCreateProgramWithSource(
        context.handle,
        1,
        &start,
        &count,
        &status
      )
    }
    guard let handle = unsafe handle else {
      throw ComputeError(
        .kernelBuildFailed,
        "the kernels cannot be given to \(context.device.name)",
        cause: OpenCLStatus(call: "clCreateProgramWithSource", value: status).description
      )
    }
    unsafe try self.init(handle: handle, options: options, context: context)
  }

  /// Builds a program from a binary that the same driver made for the same device.
  ///
  /// - Throws: `ComputeError.kernelBuildFailed` when the driver refuses it.
  init(
    binary: [UInt8],
    options: String,
    context: borrowing Context
  ) throws(ComputeError) {
    let library = context.device.library
    var status: cl_int = 0
    var id: cl_device_id? = unsafe context.device.id
    let handle = unsafe binary.withUnsafeBufferPointer { bytes in
      var start = bytes.baseAddress
      var count = bytes.count
      return unsafe library.functions.clCreateProgramWithBinary(
        context.handle,
        1,
        &id,
        &count,
        &start,
        nil,
        &status
      )
    }
    guard let handle = unsafe handle else {
      throw ComputeError(
        .kernelBuildFailed,
        "\(context.device.name) refuses a program's binary",
        cause: OpenCLStatus(call: "clCreateProgramWithBinary", value: status).description
      )
    }
    unsafe try self.init(handle: handle, options: options, context: context)
  }

  /// Takes over a program and builds it.
  private init(
    handle: cl_program,
    options: String,
    context: borrowing Context
  ) throws(ComputeError) {
    let library = context.device.library
    var id: cl_device_id? = unsafe context.device.id
    let status = unsafe library.functions.clBuildProgram(handle, 1, &id, options, nil, nil)
    if status != CL_SUCCESS {
      let log = unsafe Self.buildLog(of: handle, device: context.device)
      _ = unsafe library.functions.clReleaseProgram(handle)
      throw ComputeError(
        .kernelBuildFailed,
        "the kernels do not build on \(context.device.name): \(log)",
        cause: OpenCLStatus(call: "clBuildProgram", value: status).description
      )
    }
    self.library = library
    unsafe self.handle = handle
  }

  deinit { _ = unsafe library.functions.clReleaseProgram(handle) }

  /// The program as the driver stores it, or nil where the driver does not give it.
  func binary() -> [UInt8]? {
    var count = 0
    let sizeStatus = unsafe library.functions.clGetProgramInfo(
      handle,
      cl_program_info(CL_PROGRAM_BINARY_SIZES),
      MemoryLayout<Int>.size,
      &count,
      nil
    )
    guard sizeStatus == CL_SUCCESS, count > 0 else { return nil }
    var binary = [UInt8](repeating: 0, count: count)
    let status = unsafe binary.withUnsafeMutableBufferPointer { bytes in
      var start = bytes.baseAddress
      return unsafe library.functions.clGetProgramInfo(
        handle,
        cl_program_info(CL_PROGRAM_BINARIES),
        MemoryLayout<UnsafeMutablePointer<UInt8>?>.size,
        &start,
        nil
      )
    }
    return status == CL_SUCCESS ? binary : nil
  }

  /// The first lines of the compiler's log.
  private static func buildLog(of program: cl_program, device: Device) -> String {
    let log = unsafe try? OpenCLText.read("clGetProgramBuildInfo") { capacity, bytes, count in
      unsafe device.library.functions.clGetProgramBuildInfo(
        program,
        device.id,
        cl_program_build_info(CL_PROGRAM_BUILD_LOG),
        capacity,
        bytes,
        count
      )
    }
    let lines = (log ?? "").split(separator: "\n").prefix(8)
    return lines.isEmpty ? "the compiler left no log" : lines.joined(separator: "\n")
  }
}
