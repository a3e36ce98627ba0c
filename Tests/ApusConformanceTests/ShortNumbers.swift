import ApusCompute

extension Float {
  /// This number rounded to bfloat16, to nearest even.
  var roundedToBFloat16: Float {
    let bits = bitPattern
    return Float(bitPattern: (bits + 0x7FFF + (bits >> 16 & 1)) & 0xFFFF_0000)
  }

  /// The float nearest to this one among those of its sign that end in the 16 bits of a bfloat16,
  /// counted in floats between them; of two as near, the greater in magnitude.
  func ending(in lower: Float) -> Float {
    let end = lower.bitPattern >> 16
    let candidates = [1, 0, -1].map { UInt32(Int(bitPattern >> 16) + $0) << 16 | end }
    let nearest = candidates.min { distance(to: $0) < distance(to: $1) }
    return Float(bitPattern: nearest ?? bitPattern)
  }

  private func distance(to bits: UInt32) -> Int { abs(Int(bits) - Int(bitPattern)) }
}

/// Weights as pairs of bfloat16 hold them: those of inputs 2i + 1 rounded, those of 2i ending so.
func paired(_ weight: [Float], outputs: Int) -> [Float] {
  let inputs = weight.count / outputs
  return weight.indices.map { index in
    let input = index / outputs
    if input % 2 == 1 { return weight[index].roundedToBFloat16 }
    let lower = input + 1 < inputs ? weight[index + outputs].roundedToBFloat16 : 0
    return weight[index].ending(in: lower)
  }
}

/// A layer of bytes as its definition says it, in plain loops.
func byteLayer(
  _ rows: Int, _ x: [Float], _ weight: [Float], _ bias: [Float], _ range: ActivationRange
) -> [Float] {
  let outputs = bias.count
  let inputs = weight.count / outputs
  let perStep = 1 / range.step
  let bytes = x.map { value -> Int in
    let steps = value * perStep + range.zero
    return Int(min(max(steps, 0), 255).rounded(.toNearestOrEven))
  }
  var result = [Float](repeating: 0, count: rows * outputs)
  for output in 0..<outputs {
    let column = (0..<inputs).map { weight[$0 * outputs + output] }
    let scale = Double(column.map(abs).max() ?? 0) / 127
    let weights = column.map { scale > 0 ? Int((Double($0) / scale).rounded(.toNearestOrEven)) : 0 }
    let step = scale * Double(range.step)
    let start = Double(bias[output]) - step * Double(range.zero) * Double(weights.reduce(0, +))
    for row in 0..<rows {
      let sum = (0..<inputs).reduce(0) { $0 + bytes[row * inputs + $1] * weights[$1] }
      result[row * outputs + output] = Float(sum) * Float(step) + Float(start)
    }
  }
  return result
}
