extension Page {
  /// Curves over the epochs, and the metrics of each part.
  static let learning = #"""
    function overEpochs(title, note, course, lines, zero) {
      const values = lines.flatMap(line => line.points.map(point => point[1]));
      const last = Math.max(2, course.epochs.length);
      const range = extent(values, { zero, pad: 0.05 });
      const whole = ticks(1, last).filter(Number.isInteger);
      return plot(title, note, {
        x: { range: [1, last], label: "epoch", ticks: [...new Set([1, ...whole])] },
        y: { range }, lines: lines.concat({ name: "the weights kept", color: "f", dash: true,
          points: [[course.bestEpoch, range[0]], [course.bestEpoch, range[1]]] }) });
    }

    function showLearning(course) {
      if (!course || !course.epochs.length) return;
      const series = (name, color, value) => ({ name, color, points: course.epochs
        .map(epoch => [epoch.epoch, Number(value(epoch) ?? NaN)])
        .filter(point => Number.isFinite(point[1])) });
      const losses = [series("training", "a", epoch => epoch.trainingLoss),
        series("validation", "c", epoch => epoch.validationLoss)]
        .filter(line => line.points.length);
      const colors = ["a", "b", "c", "e", "d"];
      const names = METRICS.filter(name => !ERRORS.has(name) && name !== "lift10"
        && name in course.epochs[0].metrics).slice(0, 5);
      const metrics = names.map((name, index) =>
        series(metricName(name), colors[index], epoch => epoch.metrics[name]));
      const error = ["brier", "calibrationError", "rmse", "mae"].filter(name =>
        name in course.epochs[0].metrics).map((name, index) =>
        series(metricName(name), colors[index], epoch => epoch.metrics[name]));
      section("How it learned", element("div", { class: "figures" },
        overEpochs("Loss", target.loss, course, losses, false),
        metrics.length ? overEpochs("Validation metrics", "more is better", course, metrics)
          : null,
        error.length ? overEpochs("Validation errors", "less is better", course, error, true)
          : null));
    }

    function showMetrics(metrics) {
      const parts = ["test", "validation"].filter(part => part in metrics);
      const names = METRICS.filter(name => parts.some(part => name in metrics[part]));
      if (!names.length) return;
      section("All metrics", element("div", { class: "panel" }, table(
        ["part", ...names.map(name => [metricName(name), "n"])],
        parts.map(part => [part, ...names.map(name => [number(metrics[part][name]), "n"])]))));
    }

    /* A column for each fold of a cross-validation, then the mean and its standard error. */
    function showFolds(validation) {
      if (!validation) return;
      const { folds, metrics, rule } = validation;
      const line = (name, text) => [name, ...folds.map(fold => [text(fold), "n"])];
      const rows = METRICS.filter(name => name in metrics).map(name => [
        ...line(metricName(name), fold => number(fold.metrics[name])),
        [`${number(metrics[name].mean)} ± ${number(metrics[name].standardError)}`, "n best"]]);
      section("Cross-validation", element("div", { class: "panel" }, element("figcaption", {},
        `${folds.length} folds`, element("span", { class: "faint" },
          `split ${rule}; each net is judged by the rows that it did not see`)),
      table(["", ...folds.map((fold, index) => [`fold ${index + 1}`, "n"]),
        ["mean ± standard error", "n"]], [...rows,
        [...line("rows held out", fold => number(fold.split[2])), ""],
        [...line("rows trained on", fold => number(fold.split[0])), ""],
        [...line("best epoch", fold => `${fold.bestEpoch} of ${fold.epochsRun}`), ""]])));
    }
    """#
}
