/// Numbers of which one is in the middle.
protocol HasMedian {
  /// The middle number, or the mean of the two in the middle; there is at least one.
  func median() -> Double
}

extension Array<Double>: HasMedian {
  /// The middle number, or the mean of the two in the middle.
  ///
  /// Hoare's selection ("Algorithm 65: Find", 1961), with the pivot in the middle of each range.
  ///
  /// - Complexity: O(n) on data in any usual order.
  func median() -> Double {
    precondition(!isEmpty, "no numbers have a median")
    var ordered = self
    return ordered.takeMedian()
  }

  private mutating func takeMedian() -> Double {
    let middle = count / 2
    select(middle)
    // Behind the selection, no number before the middle is greater than that in the middle.
    return count % 2 == 1
      ? self[middle] : (self[..<middle].max() ?? self[middle]) / 2 + self[middle] / 2
  }

  /// Brings the number that sorting would bring to a place there, no greater one before it.
  private mutating func select(_ place: Int) {
    var (low, high) = (0, count - 1)
    while low < high {
      let pivot = self[low + (high - low) / 2]
      var (left, right) = (low, high)
      while left <= right {
        while self[left] < pivot { left += 1 }
        while self[right] > pivot { right -= 1 }
        if left <= right {
          swapAt(left, right)
          left += 1
          right -= 1
        }
      }
      if place <= right {
        high = right
      } else if place >= left {
        low = left
      } else {
        return
      }
    }
  }
}
