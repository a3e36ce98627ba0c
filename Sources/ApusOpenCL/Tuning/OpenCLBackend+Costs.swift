public import ApusCompute

extension OpenCLBackend: CostReportingBackend {
  /// What it takes to speak to the device; measured by the first call on a device, and kept in its
  /// profile.
  ///
  /// - Throws: `ComputeError` when the device fails.
  public func deviceCosts() throws(ComputeError) -> DeviceCosts {
    try tuner.costs { () throws(ComputeError) in try CostMeasurement(backend: self).costs() }
  }

  /// The kernels that a run of `plan` starts.
  ///
  /// - Precondition: this backend compiled the plan.
  public func launchCount(of plan: any Plan) -> Int {
    guard let plan = plan as? OpenCLPlan else {
      preconditionFailure("\(device) did not compile \(type(of: plan))")
    }
    return plan.launchCount
  }
}
