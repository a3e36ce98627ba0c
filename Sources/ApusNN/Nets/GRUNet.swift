extension NamedNet {
  /// A gated recurrent unit over a sequence: `gru`.
  public static let gru = NamedNet(
    "gru", "a gated recurrent unit over a sequence (Cho et al. 2014, Hidasi et al. 2016)"
  ) {
    SequenceNet(settings: $0, title: "gru", encoder: GRU($0.sequenceUnits))
  }
}
