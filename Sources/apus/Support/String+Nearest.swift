internal import ApusNetFile

extension String {
  /// The word that this one was probably meant to be: the one with the fewest letters changed.
  func nearest(to words: [String]) -> String {
    words.min { $0.distance(to: self) < $1.distance(to: self) } ?? ""
  }
}
