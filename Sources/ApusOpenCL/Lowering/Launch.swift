import ApusCompute

/// One run of one kernel, described without a device.
struct Launch: Hashable {
  /// The kernel's name in its `.cl` file.
  let kernel: String
  /// The arguments in the kernel's order; a tensor stands for two, the buffer and the offset.
  let arguments: [Argument]
  /// The work-items that have something to do.
  let items: WorkItems
}

/// What is passed to a kernel.
enum Argument: Hashable {
  /// A tensor: its buffer, and the offset of its first element as a `ulong`.
  case tensor(Place)
  /// A count, as a `uint`.
  case count(Quantity)
  /// A count by which something is divided, as a `float`.
  case divisor(Quantity)
  /// A number, as a `float`.
  case number(Float)

  /// The `uint` argument that tells a kernel which of its variants to run.
  static func choice(_ index: Int) -> Argument { .count(Quantity(index)) }
}

/// Where a tensor lies on the device.
struct Place: Hashable {
  /// One of a plan's two buffers.
  enum Memory: Hashable {
    /// The plan's intermediates.
    case arena
    /// The variable store.
    case variables
  }

  /// The buffer.
  let memory: Memory
  /// The first element.
  let offset: Int
}

/// The grid of work-items of a launch.
struct WorkItems: Hashable {
  /// How much an item does; few sizes of work-groups are used, since some drivers compile a kernel
  /// again for each.
  enum Grain: Hashable {
    /// A vector or a short row.
    case fine
    /// Thousands of operations.
    case coarse
  }

  /// The items of dimension 0, which is cut into work-groups.
  let first: Quantity
  /// The items of dimension 1, each in work-groups of its own.
  let second: Int
  /// How much an item does.
  let grain: Grain

  /// Makes a grid.
  init(_ first: Quantity, _ second: Int = 1, _ grain: Grain) {
    self.first = first
    self.second = second
    self.grain = grain
  }
}
