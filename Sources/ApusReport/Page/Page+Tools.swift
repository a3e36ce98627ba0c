extension Page {
  /// Elements and numbers for people.
  static let tools = #"""
    "use strict";
    const DATA = JSON.parse(document.getElementById("data").textContent);
    const SVG = "http://www.w3.org/2000/svg";

    function element(tag, attributes = {}, ...children) {
      const node = tag.startsWith("svg:")
        ? document.createElementNS(SVG, tag.slice(4)) : document.createElement(tag);
      for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
      node.append(...children.filter(child => child !== null));
      return node;
    }

    /* A number as short as it may be without misleading. */
    function number(value) {
      if (value === null || value === undefined || !Number.isFinite(Number(value))) return "–";
      const size = Math.abs(value);
      if (size !== 0 && (size < 1e-3 || size >= 1e7)) return Number(value).toExponential(2);
      if (Number.isInteger(value)) return value.toLocaleString("en");
      return size >= 1000 ? value.toLocaleString("en", { maximumFractionDigits: 0 })
        : size >= 10 ? value.toFixed(2) : value.toFixed(4);
    }

    const percent = value => Number.isFinite(value)
      ? (value * 100).toFixed(value > 0 && value < 0.0995 ? 1 : 0) + " %" : "–";

    function bytes(value) {
      for (const [size, unit] of [[2 ** 30, "GiB"], [2 ** 20, "MiB"], [2 ** 10, "KiB"]]) {
        if (value >= size) return (value / size).toFixed(1) + " " + unit;
      }
      return value + " B";
    }

    /* The words of a command as a shell takes them. */
    const shell = words => words.map(word => /^[\w@%+=:,.\/-]+$/.test(word)
      ? word : "'" + word.replaceAll("'", "'\\''") + "'").join(" ");

    const NAMES = {
      auc: "AUC", averagePrecision: "average precision", logLoss: "log loss", brier: "Brier score",
      calibrationError: "calibration error", lift10: "lift, best 10 %", f1: "F1", r2: "R²",
      mse: "MSE", mae: "MAE", rmse: "RMSE" };
    const metricName = name => NAMES[name] ?? name
      .replace(/^hitRate(\d+)$/, "HR@$1").replace(/^ndcg(\d+)$/, "NDCG@$1");
    const METRICS = ["auc", "averagePrecision", "accuracy", "hitRate3", "hitRate5", "hitRate10",
      "hitRate20", "ndcg3", "ndcg5", "ndcg10", "ndcg20", "f1", "precision", "recall", "lift10",
      "r2", "rmse", "mae", "mse", "logLoss", "brier", "calibrationError"];
    /* Metrics of which less is better. */
    const ERRORS = new Set(
      ["loss", "logLoss", "brier", "calibrationError", "rmse", "mae", "mse"]);

    const page = document.getElementById("page");
    const section = (title, ...children) =>
      page.append(element("h2", {}, title), ...children.filter(child => child !== null));
    const tile = (name, value) => element("div", { class: "tile" },
      element("span", { class: "faint" }, name), element("b", {}, value));

    /* A table of rows of cells; a cell is text, a node, or [text, class]. */
    function table(heads, rows, kind = "") {
      const cell = (tag, value) => Array.isArray(value)
        ? element(tag, { class: value[1] }, value[0]) : element(tag, {}, value);
      return element("div", { class: "scroll" }, element("table", { class: kind },
        element("thead", {}, element("tr", {}, ...heads.map(head => cell("th", head)))),
        element("tbody", {}, ...rows.map(row =>
          element("tr", {}, ...row.map(value => cell("td", value)))))));
    }

    const list = pairs => element("dl", {}, ...pairs.filter(pair => pair[1] !== null)
      .flatMap(([name, value]) => [element("dt", {}, name), element("dd", {}, value)]));
    """#
}
