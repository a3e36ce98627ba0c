extension NamedNet {
  /// A long short-term memory over a sequence: `lstm`.
  public static let lstm = NamedNet(
    "lstm", "a long short-term memory over a sequence (Hochreiter and Schmidhuber 1997)"
  ) {
    SequenceNet(settings: $0, title: "lstm", encoder: LSTM($0.sequenceUnits))
  }
}
