extension Page {
  /// What the model relies on, the data, the net and the run.
  static let evidence = #"""
    function showImportance(columns) {
      if (!columns.length) return;
      const shown = columns.slice(0, 30);
      const [low, high] = extent(shown.flatMap(one =>
        [one.mean - one.deviation, one.mean + one.deviation]), { zero: true, pad: 0.02 });
      const [row, left, right] = [26, 240, 1120];
      const height = shown.length * row + 26;
      const at = value => left + (value - low) / (high - low) * (right - left);
      const svg = element("svg:svg", {
        viewBox: `0 0 1220 ${height}`, class: "wide", role: "img", "aria-label": "importance" });
      for (const tick of ticks(low, high)) svg.append(
        element("svg:line", {
          x1: at(tick), x2: at(tick), y1: 0, y2: height - 22, class: "grid" }),
        element("svg:text", { x: at(tick), y: height - 6, "text-anchor": "middle" }, short(tick)));
      shown.forEach((one, index) => {
        const y = index * row + row / 2;
        const name = one.name.length > 28 ? one.name.slice(0, 27) + "…" : one.name;
        svg.append(
          element("svg:text", { x: left - 10, y: y + 4, "text-anchor": "end", class: "value" },
            name),
          element("svg:rect", { x: Math.min(at(0), at(one.mean)), y: y - 7, rx: 2,
            width: Math.max(1, Math.abs(at(one.mean) - at(0))), height: 14,
            style: "fill: var(--a)" },
          element("svg:title", {}, `${one.name}: ${number(one.mean)} ± ${number(one.deviation)}`)),
          element("svg:line", { x1: at(one.mean - one.deviation), x2: at(one.mean + one.deviation),
            y1: y, y2: y, style: "stroke: var(--text); stroke-width: 1.5" }),
          element("svg:text", { x: Math.max(at(one.mean + one.deviation), at(0)) + 8, y: y + 4 },
            number(one.mean)));
      });
      const metric = { auc: "AUC falls", accuracy: "accuracy falls",
        rmse: "share by which the RMSE grows" }[shown[0].metric];
      const more = columns.length > shown.length ? `, ${shown.length} of ${columns.length}` : "";
      section("What it relies on", element("figure", {}, element("figcaption", {},
        "Permutation importance", element("span", { class: "faint" },
          `${metric} when a column is shuffled: mean and deviation of five, `
          + `${number(shown[0].rows)} rows${more}`)),
      element("div", { class: "scroll" }, svg)));
    }

    /* Two rows of bars: training above, held out below. */
    function spread(column) {
      const svg = element("svg:svg", { viewBox: "0 0 120 34", width: 120, height: 34 });
      const width = 120 / column.bins.length;
      for (const [part, base, sign] of [[column.training, 17, -1], [column.heldOut, 18, 1]]) {
        const top = Math.max(1, ...part.counts);
        part.counts.forEach((count, bin) => {
          const height = count / top * 16;
          svg.append(element("svg:rect", { x: bin * width + 0.5, width: Math.max(1, width - 1),
            y: sign < 0 ? base - height : base, height,
            style: `fill: var(--${sign < 0 ? "a" : "c"})` },
          element("svg:title", {}, `${column.bins[bin]}: ${number(count)} rows, `
            + (sign < 0 ? "training" : "held out"))));
        });
      }
      return svg;
    }

    function showColumns(columns, notes) {
      const missing = part => part.rows ? percent(part.missing / part.rows) : "–";
      const grade = drift => drift > 0.25 ? "n bad" : drift > 0.1 ? "n fair" : "n";
      const rows = columns.map(column => [
        [column.name, "name"], column.kind,
        { feature: "feature", label: "label", leftOut: "left out" }[column.role],
        [number(column.distinct), "n"], [missing(column.training), "n"],
        [missing(column.heldOut), "n"],
        [column.training.mean === undefined ? ""
          : `${number(column.training.mean)} ± ${number(column.training.deviation)}`, "n"],
        [column.drift === undefined ? "–" : column.drift.toFixed(3), grade(column.drift)],
        spread(column)]);
      const drifted = columns.filter(column => column.drift > 0.25).length;
      section("The data", element("div", { class: "panel" }, element("figcaption", {},
        `${number(columns.length)} columns`, element("span", { class: "faint" },
          "bars: training above, held out below; drift: population stability index, "
          + (drifted ? `${drifted} above 0.25` : "none above 0.25"))),
      table(["column", "kind", "use", ["distinct", "n"], ["missing, training", "n"],
        ["missing, held out", "n"], ["mean ± deviation", "n"], ["drift", "n"], "values"], rows)),
      notes.length ? element("div", { class: "panel" }, element("ul", {},
        ...notes.map(note => element("li", {}, note)))) : null);
    }

    function showNet(layers) {
      const all = layers.reduce((sum, layer) => sum + layer.parameters, 0);
      section("The net", element("div", { class: "panel" }, element("figcaption", {},
        `${number(all)} parameters`), table(
        ["operation", "variables", ["shape", "n"], ["parameters", "n"]],
        layers.map(layer => [layer.operation, [layer.variables.join(", "), "faint"],
          [layer.shape, "n"], [number(layer.parameters), "n"]]))));
    }

    function showRun(data) {
      const { training, environment, calibration, decision } = data;
      const fitted = calibration && Object.entries(calibration.parameters)
        .map(([name, value]) => `${name} ${number(value)}`).join(", ");
      const command = shell(data.command);
      const copy = element("button", { type: "button" }, "copy");
      copy.addEventListener("click", () => navigator.clipboard?.writeText(command)
        .then(() => { copy.textContent = "copied"; }));
      section("The run",
        element("div", { class: "panel" }, copy, element("pre", {}, command)),
        element("div", { class: "panel" }, list([
          ["rows", `${number(training.rows)}: ` + ["training", "validation", "test"]
            .map((part, index) => `${number(training.split[index])} ${part}`).join(", ")
            + `; ${number(training.duplicatesDropped)} duplicates dropped`],
          ["training", `${training.epochsRun} epochs, batches of ${training.batchSize}, `
            + training.optimizer + (data.course ? `; ${{ completed: "all epochs run",
              stoppedEarly: "stopped early", interrupted: "interrupted"
            }[data.course.ending] ?? data.course.ending}, weights of epoch `
              + data.course.bestEpoch : "")],
          ["seed", String(training.seed)],
          ["calibration", calibration ? `${calibration.method} (${fitted}) on `
            + `${number(calibration.rows)} rows: expected error `
            + `${number(calibration.before.calibrationError)} → `
            + `${number(calibration.after.calibrationError)}, log loss `
            + `${number(calibration.before.logLoss)} → ${number(calibration.after.logLoss)}`
            : "none"],
          ["threshold", decision ? `${number(decision.threshold)} for ${decision.goal}: `
            + `precision ${number(decision.precision)}, recall ${number(decision.recall)} on `
            + `${number(decision.rows)} validation rows` : null],
          ["data", training.dataFingerprint], ["model", data.seal],
          ["written by", data.writer], ["device", environment.device],
          ["machine", `${environment.system}, ${environment.processors} processors, `
            + bytes(environment.memoryBytes)],
          ["time", environment.time]])));
    }
    """#
}
