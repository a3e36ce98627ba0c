internal import ApusCompute

extension NamedNet {
  /// Blocks of a Transformer's encoder over a sequence: `transformer`.
  ///
  /// Its two blocks have four heads each, and four units between their dense layers for each
  /// channel; the summary is the mean of the steps that count.
  public static let transformer = NamedNet(
    "transformer", "two blocks of a Transformer's encoder over a sequence (Vaswani et al. 2017)"
  ) { settings in
    let channels = settings.sequenceUnits
    let encoder = Sequential {
      Dense(channels)
      PositionalEncoding(.learned)
      for _ in 0..<2 {
        TransformerEncoder(heads: 4, hidden: 4 * channels, dropout: settings.dropout)
      }
      LayerNorm()
      GlobalPooling(.mean)
    }
    return SequenceNet(settings: settings, title: "transformer", encoder: encoder)
  }
}
