extension String {
  /// The word that this one was probably meant to be: the one with the fewest letters changed.
  func nearest(to words: [String]) -> String {
    words.min { $0.distance(to: self) < $1.distance(to: self) } ?? ""
  }

  /// How many letters have to be put in, taken out or replaced to make another word.
  private func distance(to other: String) -> Int {
    let target = Array(other)
    var row = Array(0...target.count)
    for (index, character) in enumerated() {
      var diagonal = row[0]
      row[0] = index + 1
      for (column, candidate) in target.enumerated() {
        let replaced = diagonal + (character == candidate ? 0 : 1)
        diagonal = row[column + 1]
        row[column + 1] = Swift.min(replaced, row[column] + 1, diagonal + 1)
      }
    }
    return row[target.count]
  }
}
