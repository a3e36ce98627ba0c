internal import ApusCompute

extension NamedNet {
  /// Convolutions of several widths over a sequence: `text-cnn`.
  ///
  /// Of each filter the greatest output over the steps that count is kept. Windows reach over the
  /// ends, so that the shortest sequence has as many outputs as steps. Source: Kim, "Convolutional
  /// Neural Networks for Sentence Classification", EMNLP 2014.
  public static let textCNN = NamedNet(
    "text-cnn", "convolutions of 3, 4 and 5 steps over a sequence (Kim 2014)"
  ) { settings in
    let encoder = Branches(.concatenate) {
      for window in 3...5 {
        Sequential {
          Conv1D(settings.sequenceUnits, window: window, padding: .same, activation: .relu)
          GlobalPooling(.maximum)
        }
      }
    }
    return SequenceNet(settings: settings, title: "text-cnn", encoder: encoder)
  }
}
