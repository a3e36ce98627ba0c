internal import ApusCPU
internal import ApusCompute
internal import ApusOpenCL
internal import ArgumentParser

/// `apus devices`: what this machine computes with.
struct Devices: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "List the devices that --device can name.",
    discussion: """
      Examples:
        apus devices --self-check
        apus devices --tune
      """)

  @Flag(help: "Train and score a small net on the devices and compare them with the baseline CPU.")
  var selfCheck = false

  @Flag(help: "Check and time every OpenCL kernel, and keep what is best for later runs.")
  var tune = false

  @Option(help: "Only this device: cpu or opencl:N.")
  var device: DeviceChoice?

  @Flag(help: "Print one JSON object.")
  var json = false

  private struct Report: Encodable {
    let devices: [DeviceDescription]
    /// Why there is no OpenCL device.
    let openCL: String?
    let worstDifference: [String: Double]?
    let tuning: [TuningReport]?
  }

  func run() throws {
    var backends: [any Backend] = []
    var absence: String?
    if device == nil || device == .cpu { backends.append(CPUBackend()) }
    switch device {
    case .opencl(let index): backends.append(try OpenCLBackend(deviceIndex: index))
    case .cpu: break
    case nil, .automatic:
      do {
        for device in try OpenCLDevices.discover().indices {
          do {
            backends.append(try OpenCLBackend(deviceIndex: device))
          } catch {
            Terminal.report("apus: opencl:\(device) is left out: \(error)")
          }
        }
      } catch {
        absence = "\(error)"
      }
    }
    var differences: [String: Double] = [:]
    if selfCheck {
      for backend in backends {
        differences[backend.device.selector] = try SelfCheck.worstDifference(on: backend)
      }
    }
    let tuning = tune ? try backends.compactMap { try ($0 as? OpenCLBackend)?.tune() } : nil
    if json {
      try Terminal.print(
        json: Report(
          devices: backends.map(\.device), openCL: absence,
          worstDifference: selfCheck ? differences : nil, tuning: tuning))
    } else {
      for device in backends.map(\.device) {
        let check = differences[device.selector].map { ", self-check passed (\($0))" } ?? ""
        Terminal.print("\(device), \(device.computeUnits) units\(check)")
      }
      if let absence { Terminal.print("opencl: \(absence)") }
      for report in tuning ?? [] { Terminal.print(TuningTable(report).description) }
    }
  }
}
