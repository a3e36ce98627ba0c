public import ApusCompute

/// A net put together from parts, each made of a row's columns or of earlier parts.
///
/// ```
/// numbers   numeric columns                              | rows x 4
/// vectors   columns of identifiers, 16 numbers each      | rows x 16 for each column
/// deep      numbers beside vectors, 64 units, 64 units   | rows x 64
/// crossed   numbers beside vectors, 3 cross layers       | rows x 36
/// output    deep beside crossed, the output              | rows x outputs
/// ```
/// It does not know the columns yet: `NamedNet(describedBy:)` meets them. Parts are built in order,
/// and the last one is the net. A part of columns that the data does not have is left out where
/// others use it.
public struct NetDescription: Sendable {
  /// One part.
  public struct Part: Sendable {
    /// Its name, the prefix of its parameters'; nil for the output's.
    public let name: String?
    /// What it is made of.
    public let source: Source
    /// What follows, first to last.
    public let steps: [Step]
    /// Where it stands, such as `net.yaml:3:5`, for messages.
    public let place: String

    /// Describes a part.
    public init(name: String?, source: Source, steps: [Step], place: String) {
      self.name = name
      self.source = source
      self.steps = steps
      self.place = place
    }
  }

  /// What a part is made of.
  public enum Source: Sendable {
    /// Numeric columns, side by side.
    case numbers(Columns)
    /// Columns of identifiers, each looked up in a table of its own.
    case vectors(Columns, Table)
    /// Earlier parts by their places, made one.
    case parts([Int], Combination)
  }

  /// The columns that a part reads.
  public enum Columns: Hashable, Sendable {
    /// All of the kind that the part takes.
    case all
    /// All that hold sequences.
    case sequences
    /// Those of some names.
    case named([String])
  }

  /// The tables of a part's columns.
  public struct Table: Hashable, Sendable {
    /// What becomes of the vectors of a row's identifiers in one column.
    public enum Combiner: Hashable, Sendable {
      /// One vector.
      case lookup(Lookup.Combiner)
      /// Steps, rows x identifiers x width, for layers that read a sequence.
      case steps
    }

    /// The numbers in a vector; nil for as many as the net has outputs.
    public let width: Int?
    /// What becomes of the vectors; nil for their mean where a column holds several.
    public let combiner: Combiner?
    /// How the tables start.
    public let initializer: Initializer

    /// Describes tables.
    ///
    /// - Precondition: the width is positive.
    public init(
      width: Int?, combiner: Combiner? = nil, initializer: Initializer = .uniform(limit: 0.05)
    ) {
      precondition(width ?? 1 > 0, "a vector of \(width ?? 0) numbers")
      self.width = width
      self.combiner = combiner
      self.initializer = initializer
    }
  }

  /// How parts become one.
  public enum Combination: Hashable, Sendable {
    /// As branches do.
    case joint(Branches.Joint)
    /// By the products of all pairs of vectors, rows x width; see `FactorizationMachine`.
    case pairs
  }

  /// A step of a part.
  public enum Step: Sendable {
    /// A layer; a `PlacedLayer` says where it stands when it does not fit.
    case layer(any Layer)
    /// A dense layer with as many units as the net has outputs.
    case output(place: String)
  }

  /// The parts, in the order in which they are built.
  public let parts: [Part]

  /// Puts parts together.
  ///
  /// - Precondition: there is a part, and parts are made of earlier ones.
  public init(parts: [Part]) {
    precondition(!parts.isEmpty, "a net of \(parts.count) parts")
    for (place, part) in parts.enumerated() {
      guard case .parts(let others, _) = part.source else { continue }
      precondition(
        !others.isEmpty && others.allSatisfy((0..<place).contains),
        "part \(place) is made of the parts \(others)")
    }
    self.parts = parts
  }
}
