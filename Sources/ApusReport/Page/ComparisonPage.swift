extension Page {
  /// Draws runs over each other, and lists what they were.
  static let comparison = #"""
    const COLORS = ["a", "c", "b", "e", "d", "f"];
    const runs = DATA.runs.map((run, index) => ({
      ...run, name: `${run.model} ${run.version}`, color: COLORS[index % COLORS.length] }));
    page.append(element("header", {}, element("h1", {}, "Runs side by side"),
      element("span", { class: "faint" }, [...new Set(runs.map(run => run.target.name))]
        .map(name => `predicting ${name}`).join(", "))));

    const names = part =>
      METRICS.filter(name => runs.some(run => name in (run.metrics[part] ?? {})));
    const cells = (part, name) => {
      const values = runs.map(run => run.metrics[part]?.[name]);
      const known = values.filter(Number.isFinite);
      const best = new Set(known).size > 1
        ? (ERRORS.has(name) ? Math.min : Math.max)(...known) : NaN;
      return values.map(value => [number(value), value === best ? "n best" : "n"]);
    };
    section("Metrics", element("div", { class: "panel" }, table(
      ["", ...runs.map(run => [run.name, "n"])],
      ["test", "validation"].flatMap(part => names(part).map(name =>
        [`${part} ${metricName(name)}`, ...cells(part, name)])))));

    const overlay = (title, note, x, y, lines) => lines.some(line => line.points.length)
      ? plot(title, note, { x, y, lines: lines.filter(line => line.points.length) }) : null;
    const line = (run, points) => ({ name: run.name, color: run.color, points });
    const epochs = (run, value) => (run.course?.epochs ?? [])
      .map(epoch => [epoch.epoch, Number(value(epoch) ?? NaN)])
      .filter(point => Number.isFinite(point[1]));
    const last = Math.max(2, ...runs.map(run => run.course?.epochs.length ?? 0));
    const axis = { range: [1, last], label: "epoch" };
    const over = (title, value) => {
      const lines = runs.map(run => line(run, epochs(run, value)));
      const range = extent(lines.flatMap(one => one.points.map(point => point[1])), { pad: 0.05 });
      return overlay(title, "", axis, { range }, lines);
    };
    const first = ["auc", "accuracy", "r2"].find(name =>
      runs.some(run => name in (run.course?.epochs[0]?.metrics ?? {})));
    const curves = (title, note, x, y, points) => overlay(title, note,
      { range: UNIT, label: x }, { range: UNIT, label: y },
      runs.map(run => line(run, run.heldOut.curve ? points(run.heldOut.curve) : [])));
    section("Pictures", element("div", { class: "figures" },
      over("Training loss", epoch => epoch.trainingLoss),
      over("Validation loss", epoch => epoch.validationLoss),
      first ? over(`Validation ${metricName(first)}`, epoch => epoch.metrics[first]) : null,
      curves("ROC", "held out", "false alarms, of the negative", "found, of the positive",
        curve => [[0, 0], ...curve.thresholds.map((_, index) => [
          curve.falsePositives[index] / curve.negatives,
          curve.truePositives[index] / curve.positives])]),
      curves("Precision and recall", "held out", "recall", "precision",
        curve => curve.thresholds.map((_, index) => [
          curve.truePositives[index] / curve.positives,
          curve.truePositives[index] / (curve.truePositives[index]
            + curve.falsePositives[index])])),
      overlay("Calibration", "held out", { range: UNIT, label: "predicted" },
        { range: UNIT, label: "came true" }, runs.map(run => line(run,
          (run.heldOut.reliability?.bins ?? []).map(bin => [bin.predicted, bin.observed]))))));

    const fact = (name, value) => [name, ...runs.map(run => [value(run), "name"])];
    const columns = [...new Set(runs.flatMap(run => run.importance.map(one => one.name)))];
    const worth = columns.map(name => [name,
      ...runs.map(run => run.importance.find(one => one.name === name)?.mean)])
      .sort((a, b) => (b[1] ?? -Infinity) - (a[1] ?? -Infinity)).slice(0, 30);
    section("What each relies on", element("div", { class: "panel" }, table(
      ["column", ...runs.map(run => [run.name, "n"])],
      worth.map(([name, ...values]) =>
        [[name, "name"], ...values.map(value => [number(value), "n"])]))));
    section("What each was", element("div", { class: "panel" }, table(
      ["", ...runs.map(run => run.name)], [
        fact("net", run => run.layers.map(layer => layer.shape).join(" → ")),
        fact("parameters", run => number(
          run.layers.reduce((sum, layer) => sum + layer.parameters, 0))),
        fact("training", run => `${run.training.epochsRun} epochs, batches of `
          + `${run.training.batchSize}, ${run.training.optimizer}`),
        fact("seconds", run => run.course ? run.course.seconds.toFixed(2) : "–"),
        fact("rows", run => number(run.training.rows)),
        fact("seed", run => String(run.training.seed)),
        fact("calibration", run => run.calibration?.method ?? "none"),
        fact("threshold", run => run.decision
          ? `${number(run.decision.threshold)} for ${run.decision.goal}` : "0.5"),
        fact("data", run => run.training.dataFingerprint.slice(0, 16)),
        fact("device", run => run.environment.device),
        fact("command", run => shell(run.command))])));
    """#
}
