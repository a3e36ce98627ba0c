import ApusCompute

/// One run of one kernel, described without a device.
struct Launch: Hashable {
  /// The program that has the kernel.
  let module: KernelModule
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
  /// Whole numbers in a plan's constant memory: its buffer, and the offset of the first.
  case table([UInt32])
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
  /// One of a plan's buffers.
  enum Memory: Hashable {
    /// The plan's intermediates.
    case arena
    /// The input of this number.
    case input(Int)
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
    /// A block of rows from input to output.
    case block
    /// A part of what a work-group of 256 items does together.
    case group
  }

  /// The items of dimension 0, which is cut into work-groups.
  let first: Quantity
  /// The items of dimension 1, each in work-groups of its own.
  let second: Quantity
  /// How much an item does.
  let grain: Grain

  /// Makes a grid of items that work alone.
  init(_ first: Quantity, _ second: Quantity, _ grain: Grain) {
    self.first = first
    self.second = second
    self.grain = grain
  }

  /// Makes a row of items that work alone.
  init(_ first: Quantity, _ grain: Grain) {
    self.init(first, Quantity(1), grain)
  }

  /// Makes a grid of work-groups of 256 items.
  init(groups first: Quantity, _ second: Quantity = Quantity(1)) {
    self.init(first.repeated(Tile.groupItems), second, .group)
  }
}
