internal import ApusCompute
internal import ApusOpenCL

/// A tuning report as people read it.
struct TuningTable: CustomStringConvertible {
  private let report: TuningReport

  /// Shows `report`.
  init(_ report: TuningReport) {
    self.report = report
  }

  /// Costs, checks, and for each product the variants from the fastest to the slowest.
  var description: String {
    let costs = report.costs
    var lines = [
      "", "\(report.device)",
      "launch \(us(costs.launchMicroseconds)), queued \(us(costs.queuedLaunchMicroseconds));"
        + " write \(text(costs.write)), read \(text(costs.read))",
      "", "kernels of products:",
    ]
    let nameWidth = report.variants.map(\.name.count).max() ?? 0
    for variant in report.variants {
      let outcome = variant.failure.map { "FAILED, not used: \($0)" } ?? "passed"
      lines.append("  \(variant.name.aligned(left: nameWidth))  \(variant.precision)  \(outcome)")
    }
    lines += ["", "GFLOP/s (* is used):"]
    for product in report.products {
      lines.append("  \(product.name)")
      let ranked = product.gigaflops.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
      for (name, gigaflops) in ranked {
        let number = Format.fixed(gigaflops, decimals: 2).aligned(right: 10)
        let time = us(product.microseconds[name] ?? 0).aligned(right: 16)
        let mark = name == product.winner ? "  *" : ""
        lines.append("    \(name.aligned(left: nameWidth))\(number)\(time)\(mark)")
      }
    }
    return lines.joined(separator: "\n")
  }

  private func us(_ microseconds: Double) -> String {
    Format.fixed(microseconds, decimals: 1) + " us"
  }

  private func text(_ copy: DeviceCosts.Copy) -> String {
    "\(us(copy.latencyMicroseconds)) then \(rate(copy.gigabytesPerSecond))"
  }

  private func rate(_ gigabytesPerSecond: Double) -> String {
    Format.fixed(gigabytesPerSecond, decimals: 1) + " GB/s"
  }
}

extension String {
  /// The text with spaces before it up to `width` characters.
  func aligned(right width: Int) -> String {
    String(repeating: " ", count: max(0, width - count)) + self
  }

  /// The text with spaces behind it up to `width` characters.
  func aligned(left width: Int) -> String {
    self + String(repeating: " ", count: max(0, width - count))
  }
}
