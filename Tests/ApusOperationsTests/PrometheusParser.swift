/// Reads the text exposition format of Prometheus as strictly as its description is written.
struct PrometheusParser {
  struct Sample {
    let name: String
    let labels: [String: String]
    let value: Double
  }

  struct Family {
    let name: String
    let kind: String
    var samples: [Sample] = []
  }

  struct Fault: Error, CustomStringConvertible {
    let description: String
  }

  private(set) var families: [String: Family] = [:]

  private var current = ""
  private var help: Set<String> = []
  private var series: Set<String> = []

  init(_ text: String) throws {
    guard text.hasSuffix("\n") else { throw Fault(description: "the last line has no end") }
    for line in text.dropLast().split(separator: "\n", omittingEmptySubsequences: false) {
      do {
        try parse(line)
      } catch {
        throw Fault(description: "\(error) in: \(line)")
      }
    }
    for family in families.values { try check(family) }
  }

  private mutating func parse(_ line: Substring) throws {
    if let match = line.wholeMatch(of: /# HELP ([a-z_:]+) (.+)/) {
      guard help.insert(String(match.1)).inserted else { throw Fault(description: "a second HELP") }
      current = ""
    } else if let match = line.wholeMatch(of: /# TYPE ([a-z_:]+) (counter|gauge|histogram|summary)/)
    {
      let name = String(match.1)
      guard families[name] == nil else { throw Fault(description: "a second TYPE") }
      guard help.contains(name) else { throw Fault(description: "TYPE without HELP") }
      families[name] = Family(name: name, kind: String(match.2))
      current = name
    } else {
      try parseSample(line)
    }
  }

  private mutating func parseSample(_ line: Substring) throws {
    guard let match = line.wholeMatch(of: /([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? ([^ ]+)/) else {
      throw Fault(description: "neither a comment nor a sample")
    }
    guard let value = Self.number(match.3) else { throw Fault(description: "not a number") }
    let labels = try Self.labels(match.2 ?? "")
    let sample = Sample(name: String(match.1), labels: labels, value: value)
    let identity = sample.name + labels.sorted { $0.key < $1.key }.description
    guard series.insert(identity).inserted else { throw Fault(description: "a second sample") }
    guard let kind = families[current]?.kind, sample.name.hasPrefix(current) else {
      throw Fault(description: "a sample outside of its family")
    }
    let suffixes =
      switch kind {
      case "histogram": ["_bucket", "_sum", "_count"]
      case "summary": ["", "_sum", "_count"]
      default: [""]
      }
    guard suffixes.contains(String(sample.name.dropFirst(current.count))) else {
      throw Fault(description: "a name that a \(kind) does not have")
    }
    families[current]?.samples.append(sample)
  }

  private static func number(_ word: Substring) -> Double? {
    switch word {
    case "NaN": .nan
    case "+Inf": .infinity
    case "-Inf": -.infinity
    default: word.wholeMatch(of: /-?\d+(\.\d+)?(e[+-]?\d+)?/) == nil ? nil : Double(word)
    }
  }

  private static func labels(_ text: Substring) throws -> [String: String] {
    var labels: [String: String] = [:]
    var rest = text
    while let match = rest.prefixMatch(
      of: /([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\[\\"n])*)"(,|$)/)
    {
      var value = ""
      var isEscaped = false
      for character in match.2 {
        if isEscaped {
          value.append(character == "n" ? "\n" : character)
          isEscaped = false
        } else if character == "\\" {
          isEscaped = true
        } else {
          value.append(character)
        }
      }
      guard labels.updateValue(value, forKey: String(match.1)) == nil else {
        throw Fault(description: "a label twice")
      }
      rest = rest[match.range.upperBound...]
    }
    guard rest.isEmpty else { throw Fault(description: "labels end at '\(rest)'") }
    return labels
  }

  private func check(_ family: Family) throws {
    let isTotal = family.kind == "counter"
    guard isTotal == family.name.hasSuffix("_total") else {
      throw Fault(description: "\(family.name) is a \(family.kind)")
    }
    guard !isTotal || family.samples.allSatisfy({ $0.value >= 0 }) else {
      throw Fault(description: "\(family.name) is below 0")
    }
    if family.kind == "histogram" { try checkHistogram(family) }
    if family.kind == "summary" {
      let quantiles = family.samples.filter { $0.name == family.name }.map { $0.labels["quantile"] }
      guard quantiles.allSatisfy({ 0...1 ~= $0.flatMap(Double.init) ?? 2 }) else {
        throw Fault(description: "\(family.name) has quantiles \(quantiles)")
      }
    }
  }

  private func checkHistogram(_ family: Family) throws {
    let groups = Dictionary(grouping: family.samples) { sample in
      sample.labels.filter { $0.key != "le" }
    }
    for (labels, samples) in groups {
      let buckets = samples.filter { $0.name.hasSuffix("_bucket") }
      let bounds = buckets.compactMap { $0.labels["le"] }.compactMap { Self.number($0[...]) }
      let counts = buckets.map(\.value)
      guard bounds.count == buckets.count, bounds.last == .infinity,
        bounds == bounds.sorted(), Set(bounds).count == bounds.count, counts == counts.sorted(),
        samples.contains(where: { $0.name.hasSuffix("_sum") }),
        samples.first(where: { $0.name.hasSuffix("_count") })?.value == counts.last
      else { throw Fault(description: "\(family.name) \(labels) is not a histogram") }
    }
  }
}
