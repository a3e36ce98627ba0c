extension DashboardPage {
  /// Elements, numbers for people, and histograms.
  static let tools = #"""
    "use strict";
    const $ = id => document.getElementById(id);
    const SVG = "http://www.w3.org/2000/svg";

    function element(tag, attributes = {}, ...children) {
      const node = tag.startsWith("svg:")
        ? document.createElementNS(SVG, tag.slice(4)) : document.createElement(tag);
      for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
      node.append(...children);
      return node;
    }

    function count(value) {
      if (!Number.isFinite(value)) return "–";
      for (const [size, unit] of [[1e9, "G"], [1e6, "M"], [1e4, "k"]]) {
        if (value >= size) {
          const scaled = value / (unit === "k" ? 1e3 : size);
          return scaled.toFixed(scaled < 100 ? 1 : 0) + " " + unit;
        }
      }
      return value >= 100 || Number.isInteger(value) ? value.toFixed(0) : value.toFixed(1);
    }

    function microseconds(value) {
      if (!Number.isFinite(value)) return "–";
      if (value >= 1e6) return (value / 1e6).toFixed(2) + " s";
      if (value >= 1e3) return (value / 1e3).toFixed(value < 1e4 ? 2 : 1) + " ms";
      return value.toFixed(value < 10 ? 1 : 0) + " µs";
    }

    function bytes(value) {
      for (const [size, unit] of [[2 ** 30, "GiB"], [2 ** 20, "MiB"], [2 ** 10, "KiB"]]) {
        if (value >= size) return (value / size).toFixed(1) + " " + unit;
      }
      return value.toFixed(0) + " B";
    }

    function duration(seconds) {
      const parts = [[86400, "d"], [3600, "h"], [60, "min"], [1, "s"]];
      const first = parts.findIndex(([size]) => seconds >= size);
      if (first < 0) return "0 s";
      const [size, unit] = parts[first];
      const text = Math.floor(seconds / size) + " " + unit;
      if (first + 1 === parts.length) return text;
      const [nextSize, nextUnit] = parts[first + 1];
      return text + " " + Math.floor(seconds % size / nextSize) + " " + nextUnit;
    }

    /* A histogram is a Map from the longest time of a bucket, in ns, to its count. */
    const histogram = latency =>
      new Map(latency.boundsNs.map((bound, index) => [bound, latency.counts[index]]));

    function subtract(now, before) {
      const result = new Map();
      for (const [bound, number] of now) {
        const difference = number - (before.get(bound) ?? 0);
        if (difference > 0) result.set(bound, difference);
      }
      return result;
    }

    function sum(histograms) {
      const result = new Map();
      for (const one of histograms) {
        for (const [bound, number] of one) result.set(bound, (result.get(bound) ?? 0) + number);
      }
      return result;
    }

    const total = one => [...one.values()].reduce((a, b) => a + b, 0);

    /* A share of the times was no longer than this, in microseconds. */
    function quantile(one, share) {
      const rank = Math.max(1, Math.ceil(share * total(one)));
      let seen = 0;
      for (const [bound, number] of [...one].sort((a, b) => a[0] - b[0])) {
        seen += number;
        /* The middle of a bucket, whose width is 1/32 of the power of two below it. */
        if (seen >= rank) return (bound - 2 ** Math.floor(Math.log2(bound - 1)) / 64) / 1000;
      }
      return NaN;
    }
    """#
}
