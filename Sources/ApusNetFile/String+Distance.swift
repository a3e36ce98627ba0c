extension String {
  /// The word of some that takes the fewest changes to this one; nil where none is near.
  ///
  /// - Parameter words: what may have been meant.
  /// - Returns: the nearest word, if fewer than half of its letters have to change.
  package func nearest(of words: [String]) -> String? {
    words.map { (word: $0, distance: distance(to: $0)) }
      .min { $0.distance < $1.distance }
      .flatMap { 2 * $0.distance <= $0.word.count ? $0.word : nil }
  }

  /// How many letters have to be put in, taken out or replaced to make another word.
  ///
  /// O(n m) for words of n and m letters. Source: Levenshtein, "Binary codes capable of correcting
  /// deletions, insertions, and reversals", 1966; by rows, Wagner and Fischer 1974.
  package func distance(to other: String) -> Int {
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
