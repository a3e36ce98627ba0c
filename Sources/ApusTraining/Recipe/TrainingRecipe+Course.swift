public import ApusCompute

extension TrainingRecipe {
  /// Trains through some epochs of the run that `train` would do, to go on another time.
  ///
  /// - Parameters:
  ///   - table: columns with the label among them; shared by runs, one after the other.
  ///   - backend: the device that trains.
  ///   - checkpoints: where the run is kept, and the epoch after which it pauses.
  ///   - observer: who watches.
  /// - Returns: what each epoch did, those of earlier calls included.
  /// - Throws: `DataError`, `ComputeError`, `DivergedError`, `CheckpointError` or `SuspendedError`.
  public func course(
    on table: SearchTable, backend: any Backend, checkpoints: CheckpointPlan,
    observer: (any TrainingObserver)? = nil
  ) throws -> [EpochRecord] {
    let (data, split, rows) = try table.rows(for: self)
    let run = try RecipeRun(self, on: data, split: split, rows: rows, backend: backend)
    return try run.train(checkpoints: checkpoints, observer: observer).epochs
  }
}
