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

    /* A line for each fold of a cross-validation, then the mean and its standard error. */
    function showFolds(validation) {
      if (!validation) return;
      const names = METRICS.filter(name => name in validation.metrics);
      const rows = validation.folds.map((fold, index) => [String(index + 1),
        [number(fold.split[0]), "n"], [number(fold.split[2]), "n"],
        [`${fold.bestEpoch} of ${fold.epochsRun}`, "n"],
        ...names.map(name => [number(fold.metrics[name]), "n"])]);
      const mean = ["mean ± standard error", "", "", "", ...names.map(name => {
        const { mean, standardError } = validation.metrics[name];
        return [`${number(mean)} ± ${number(standardError)}`, "n best"];
      })];
      section("Cross-validation", element("div", { class: "panel" }, element("figcaption", {},
        `${validation.folds.length} folds`, element("span", { class: "faint" },
          `split ${validation.rule}; each net is judged by the rows that it did not see`)),
      table(["fold", ["training", "n"], ["held out", "n"], ["best epoch", "n"],
        ...names.map(name => [metricName(name), "n"])], [...rows, mean])));
    }
    """#
}
