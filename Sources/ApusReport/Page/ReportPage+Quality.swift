extension Page {
  /// How good the scores of held rows are: of two classes, of several, and of numbers.
  static let quality = #"""
    function calibrationFigure(part, note) {
      const bins = part.reliability.bins;
      const rows = Math.max(...bins.map(bin => bin.rows));
      return plot("Calibration", note, {
        x: { range: UNIT, label: "predicted" }, y: { range: UNIT, label: "came true" },
        lines: [DIAGONAL,
          { name: "", color: "a", points: bins.map(bin => [bin.predicted, bin.observed]) }],
        dots: bins.map(bin => ({ x: bin.predicted, y: bin.observed, color: "a",
          radius: 3 + 7 * Math.sqrt(bin.rows / rows), opacity: 0.75,
          title: `${bin.rows} rows: predicted ${number(bin.predicted)}, `
            + `came true ${number(bin.observed)}` })) });
    }

    function showTwoClasses(part) {
      const { thresholds, truePositives, falsePositives, positives, negatives } = part.curve;
      const all = positives + negatives;
      const points = (x, y) => thresholds.map((_, index) => [x(index), y(index)]);
      const called = index => truePositives[index] + falsePositives[index];
      const recall = index => truePositives[index] / positives;
      const alarms = index => falsePositives[index] / negatives;
      const precision = index => truePositives[index] / called(index);
      const share = index => called(index) / all;
      const note = `${number(part.rows)} ${part.name} rows`;
      const area = main.auc === undefined ? note : `AUC ${number(main.auc)}`;
      const average = main.averagePrecision === undefined
        ? note : `average precision ${number(main.averagePrecision)}`;
      const roc = plot("ROC", area, {
        x: { range: UNIT, label: "false alarms, of the negative" },
        y: { range: UNIT, label: "found, of the positive" },
        lines: [DIAGONAL,
          { name: "", color: "a", points: [[0, 0], ...points(alarms, recall)] }] });
      const pr = plot("Precision and recall", average, {
        x: { range: UNIT, label: "recall" }, y: { range: UNIT, label: "precision" },
        lines: [{ name: "", color: "b", points: points(recall, precision) },
          { name: "all rows", color: "f", dash: true,
            points: [[0, positives / all], [1, positives / all]] }] });
      const gains = plot("Cumulative gains", "best-scored rows first", {
        x: { range: UNIT, label: "share of the rows" },
        y: { range: UNIT, label: "share of the positive" },
        lines: [DIAGONAL,
          { name: "", color: "e", points: [[0, 0], ...points(share, recall)] }] });
      const lifts = points(share, index => recall(index) / share(index))
        .filter(point => point[0] >= 0.01);
      const lift = plot("Lift", "over as many rows at random", {
        x: { range: UNIT, label: "share of the rows" },
        y: { range: extent(lifts.map(point => point[1]), { zero: true, pad: 0.05 }) },
        lines: [{ name: "", color: "c", points: lifts },
          { name: "", color: "f", dash: true, points: [[0, 1], [1, 1]] }] });
      section(`How good it is: ${note}`, element("div", { class: "figures" },
        roc, pr, calibrationFigure(part, main.calibrationError === undefined
          ? note : `expected error ${number(main.calibrationError)}`),
        histogramFigure(part), gains, lift),
      element("div", { style: "height: 12px" }), decisions(part, { roc, pr, gains },
        { recall, precision, alarms, share }));
    }

    function histogramFigure(part) {
      const { lowest, highest, counts } = part.histogram;
      const names = counts.length === 2 ? target.classes : ["error"];
      const width = (highest - lowest || 1) / counts[0].length;
      const shares = counts.map(one => {
        const sum = one.reduce((a, b) => a + b, 0) || 1;
        return one.map(rows => rows / sum);
      });
      const bars = shares.flatMap((one, label) => one.map((value, bin) => ({
        from: lowest + bin * width, to: lowest + (bin + 1) * width, base: 0, value,
        color: label ? "c" : "a", opacity: counts.length === 2 ? 0.6 : 0.85,
        title: `${names[label]}: ${counts[label][bin]} rows` })));
      return plot(counts.length === 2 ? "Scores" : "Errors", "share of the rows in each bin", {
        x: { range: [lowest, lowest + width * counts[0].length],
          label: counts.length === 2 ? "score" : "prediction − target" },
        y: { range: extent(shares.flat(), { zero: true, pad: 0.03 }) }, bars,
        keys: counts.length === 2 ? names.map((name, label) => ({ name, color: "ac"[label] }))
          : [] });
    }

    /* The confusion of two classes at a threshold that the reader moves. */
    function decisions(part, figures, at) {
      const curve = part.curve;
      const chosen = DATA.decision?.threshold ?? 0.5;
      const last = curve.thresholds.length - 1;
      let start = curve.thresholds.findLastIndex(threshold => threshold >= chosen);
      const input = element("input", {
        type: "range", min: -1, max: last, value: start, "aria-label": "threshold" });
      const output = element("output", {});
      const result = element("div", {});
      function show(index) {
        const threshold = index < 0 ? Infinity : curve.thresholds[index];
        const hits = index < 0 ? 0 : curve.truePositives[index];
        const alarms = index < 0 ? 0 : curve.falsePositives[index];
        const { positives, negatives } = curve;
        const right = hits + negatives - alarms;
        output.textContent = index < 0 ? "none" : "≥ " + number(threshold);
        const shade = (rows, all, color) => element("td", { style: "background: color-mix(in srgb,"
          + ` var(--${color}) ${Math.round(rows / (all || 1) * 45)}%, transparent)` },
        number(rows), element("span", { class: "faint" }, "  " + percent(rows / all)));
        const row = (name, no, yes, all, colors) => element("tr", {}, element("th", {}, name),
          shade(no, all, colors[0]), shade(yes, all, colors[1]));
        const [negative, positive] = target.classes;
        const f1 = 2 * hits / (2 * hits + alarms + positives - hits);
        result.replaceChildren(
          element("table", { class: "matrix" }, element("tbody", {},
            element("tr", {}, element("th", { class: "faint" }, "is, and was called"),
              element("th", {}, negative), element("th", {}, positive)),
            row(negative, negatives - alarms, alarms, negatives, "bd"),
            row(positive, positives - hits, hits, positives, "db"))),
          element("p", { class: "faint" }, [
            `precision ${number(hits / (hits + alarms))}`, `recall ${number(hits / positives)}`,
            `F1 ${number(f1)}`, `accuracy ${number(right / (positives + negatives))}`,
            `calls ${percent((hits + alarms) / (positives + negatives))} of the rows positive`]
            .join(" · ")));
        const marker = (x, y, color) => index < 0 ? [] : [{ x: x(index), y: y(index), color }];
        figures.roc.mark(marker(at.alarms, at.recall, "a"));
        figures.pr.mark(marker(at.recall, at.precision, "b"));
        figures.gains.mark(marker(at.share, at.recall, "e"));
      }
      input.addEventListener("input", () => show(Number(input.value)));
      show(start);
      const why = DATA.decision
        ? `sealed: ${number(DATA.decision.threshold)} for ${DATA.decision.goal}`
        : "no threshold is sealed: 0.5 stands";
      return element("div", { class: "panel" }, element("figcaption", {}, "Decisions",
        element("span", { class: "faint" }, why)),
      element("label", { class: "slider" }, "positive from a score", input, output), result);
    }

    function showClasses(part) {
      const counts = part.confusion.counts;
      const rows = counts.map(row => row.reduce((a, b) => a + b, 0));
      const shown = counts.length <= 24;
      const matrix = element("table", { class: "matrix" }, element("tbody", {},
        element("tr", {}, element("th", { class: "faint" }, "is, and was called"),
          ...target.classes.map(name => element("th", {}, name))),
        ...counts.map((row, actual) => element("tr", {}, element("th", {}, target.classes[actual]),
          ...row.map((count, predicted) => element("td", { style:
            `background: color-mix(in srgb, var(--${actual === predicted ? "b" : "d"}) `
            + `${Math.round(count / (rows[actual] || 1) * 45)}%, transparent)` },
          number(count)))))));
      const classes = target.classes.map((name, label) => {
        const called = counts.reduce((sum, row) => sum + row[label], 0);
        const hits = counts[label][label];
        return [[name, "name"], [number(rows[label]), "n"], [number(hits / called), "n"],
          [number(hits / rows[label]), "n"], [number(2 * hits / (called + rows[label])), "n"]];
      });
      section(`How good it is: ${number(part.rows)} ${part.name} rows`,
        element("div", { class: "figures" }, calibrationFigure(part, "of the likeliest class"),
          element("figure", {}, element("figcaption", {}, "Classes"), table(
            ["class", ["rows", "n"], ["precision", "n"], ["recall", "n"], ["F1", "n"]],
            classes))),
        shown ? element("div", { class: "panel", style: "margin-top: 12px" },
          element("figcaption", {}, "Confusion"), element("div", { class: "scroll" }, matrix))
          : null);
    }

    function showNumbers(part) {
      const values = part.pairs.flatMap(pair => [pair.target, pair.prediction]);
      const range = extent(values, { pad: 0.02 });
      section(`How good it is: ${number(part.rows)} ${part.name} rows`,
        element("div", { class: "figures" },
          plot("Predicted and true", main.r2 === undefined ? "" : `R² ${number(main.r2)}`, {
            x: { range, label: target.name }, y: { range, label: "predicted" },
            lines: [{ name: "", color: "f", dash: true,
              points: [[range[0], range[0]], [range[1], range[1]]] }],
            dots: part.pairs.map(pair => ({ x: pair.target, y: pair.prediction, radius: 2.4,
              color: "a", opacity: 0.5 })) }),
          histogramFigure(part)));
    }
    """#
}
