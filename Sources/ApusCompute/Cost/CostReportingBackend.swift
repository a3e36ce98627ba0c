/// A backend that is spoken to over a distance, and knows what that takes.
public protocol CostReportingBackend: Backend {
  /// What it takes to speak to the device; measured by the first call on a device, and kept.
  ///
  /// - Throws: `ComputeError` when the device fails.
  func deviceCosts() throws(ComputeError) -> DeviceCosts

  /// The kernels that a run of `plan` starts.
  ///
  /// - Precondition: this backend compiled the plan.
  func launchCount(of plan: any Plan) -> Int
}
