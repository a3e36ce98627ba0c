internal import CLinux

extension ServerConfiguration {
  /// The processors that this process may run on, in ascending order.
  public static var allowedProcessors: [Int] {
    (0..<Int(clinux_processor_limit())).filter { clinux_may_run_on(Int32($0)) != 0 }
  }
}
