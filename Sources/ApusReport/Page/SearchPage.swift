extension Page {
  /// Draws a search: its rungs, all trials over all hyperparameters, and each of these alone.
  static let search = #"""
    const { plan, outcomes, ranking } = DATA;
    const name = metricName(plan.metric);
    const value = outcome => outcome?.metrics[plan.metric] ?? NaN;
    const trials = ranking.map((number, place) => {
      const own = outcomes.filter(outcome => outcome.trial.number === number);
      const last = own[own.length - 1];
      return { ...last.trial, place, last, value: value(last),
        points: own.map(outcome => [outcome.epochs, value(outcome)]) };
    });
    const sound = trials.filter(trial => Number.isFinite(trial.value));
    const failed = trials.length - sound.length;
    const best = sound[0];

    /* The best of values, and all but the worst tenth: one wild trial must not flatten the rest. */
    function usual(values) {
      const sorted = values.filter(Number.isFinite).sort((a, b) => DATA.isError ? a - b : b - a);
      return extent(sorted.slice(0, Math.ceil(sorted.length * 0.9)), { pad: 0.06 });
    }
    const range = usual(outcomes.map(value));
    const shade = trial => Number.isFinite(trial.value)
      ? `color-mix(in srgb, var(--a) ${Math.round(
        100 - 85 * trial.place / Math.max(1, sound.length - 1))}%, var(--line))` : "var(--d)";
    const words = trial => plan.space.dimensions
      .map(dimension => `${dimension.name} ${trial.settings[dimension.name]}`).join(", ");
    const title = trial => `trial ${trial.number}: ${name} ${number(trial.value)} after `
      + `${trial.last.epochs} epochs; ${words(trial)}`;

    page.append(
      element("header", {}, element("h1", {}, `Search for ${DATA.model}`),
        element("span", { class: "faint" }, `${DATA.isError ? "least" : "greatest"} ${name}`
          + " of the validation rows")),
      element("section", { class: "tiles" },
        tile(`best ${name}`, number(best?.value)), tile("its trial", number(best?.number)),
        tile("trials", number(trials.length)), tile("that failed", number(failed)),
        tile("outcomes", number(outcomes.length)),
        tile("brackets", number(plan.schedule.brackets.length))));

    /* An axis over a hyperparameter: where a value is, and the texts of its ticks. */
    function axis(dimension) {
      const choices = dimension.values.choices?._0;
      if (choices) return { range: [-0.5, choices.length - 0.5], ticks: choices.map((_, i) => i),
        text: index => choices[index], isChoice: true,
        at: trial => choices.indexOf(trial.settings[dimension.name])
          + ((trial.number * 0.618) % 1 - 0.5) * 0.5 };
      const { least, greatest, isLogarithmic } = dimension.values.range._0;
      const scale = isLogarithmic ? Math.log10 : number => number;
      const back = isLogarithmic ? place => 10 ** place : place => place;
      const ends = [scale(least), scale(greatest)];
      if (ends[0] === ends[1]) ends[1] += 1;
      const marks = ticks(...ends).filter(mark => !isLogarithmic || Number.isInteger(mark));
      return { range: ends, text: place => String(Number(back(place).toPrecision(2))),
        ticks: marks.length > 1 ? marks : ends, at: trial =>
          scale(Number(trial.settings[dimension.name])) };
    }

    const rungs = [...new Set(outcomes.map(outcome => outcome.epochs))].sort((a, b) => a - b);
    let [spent, record] = [0, NaN];
    const records = outcomes.map(outcome => {
      const one = value(outcome);
      const before = outcomes.filter(other => other.trial.number === outcome.trial.number
        && other.epochs < outcome.epochs).map(other => other.epochs);
      spent += outcome.epochs - Math.max(0, ...before);
      if (!(DATA.isError ? one >= record : one <= record) && Number.isFinite(one)) record = one;
      return [spent, record];
    });
    section("Rungs", element("div", { class: "figures" },
      plot(`${name} after each rung`, "a line for each trial that went on", {
        x: { range: [-0.3, Math.max(0.3, rungs.length - 0.7)], label: "epochs",
          ticks: rungs.map((_, index) => index), text: index => rungs[index] },
        y: { range },
        lines: [...sound].reverse().map(trial => ({ name: "", style: shade(trial), dots: true,
          points: trial.points.map(([epochs, one]) => [rungs.indexOf(epochs), one]) })) }),
      plot("The best so far", "over the epochs that all trials took", {
        x: { range: [0, Math.max(1, spent)], label: "epochs" }, y: { range },
        lines: [{ name: "", color: "c", points: records }] })),
    element("div", { style: "height: 12px" }),
    element("div", { class: "panel" }, table(
      ["trials on each rung", ...rungs.map(epochs => [`${epochs} epochs`, "n"])],
      plan.schedule.brackets.map((bracket, index) => [`bracket ${index + 1}`,
        ...rungs.map(epochs => [number(outcomes.filter(outcome =>
          outcome.trial.bracket === index + 1 && outcome.epochs === epochs).length || NaN),
        "n"])]))));

    function coordinates() {
      const last = { name, axis: { range, ticks: ticks(...range), text: short,
        at: trial => trial.value } };
      const all = plan.space.dimensions.map(dimension =>
        ({ name: dimension.name, axis: axis(dimension) })).concat(last);
      const [width, top, bottom] = [Math.max(980, 120 * all.length), 34, 330];
      const atX = index => 50 + index * (width - 110) / Math.max(1, all.length - 1);
      const atY = (axis, place) => {
        const [low, high] = axis.range;
        const part = Number.isFinite(place) ? (place - low) / (high - low) : 0;
        return bottom - Math.min(1.02, Math.max(-0.02, part)) * (bottom - top);
      };
      const svg = element("svg:svg", { viewBox: `0 0 ${width} 350`, class: "wide", role: "img",
        "aria-label": "parallel coordinates" });
      for (const trial of [...trials].reverse()) {
        const shown = Number.isFinite(trial.value) ? all : all.slice(0, -1);
        const path = element("svg:path", { d: shown.map((one, index) =>
          `${index ? "L" : "M"}${atX(index).toFixed(1)} `
          + atY(one.axis, one.axis.at(trial)).toFixed(1)).join(""),
        style: `stroke: ${shade(trial)}; stroke-width: ${trial === best ? 3.5 : 1.4}`
          + (Number.isFinite(trial.value) ? "" : "; stroke-dasharray: 3 4") },
        element("svg:title", {}, title(trial)));
        svg.append(path);
      }
      all.forEach((one, index) => {
        svg.append(element("svg:line", { x1: atX(index), x2: atX(index), y1: top, y2: bottom,
          style: "stroke: var(--faint)" }),
        element("svg:text", { x: atX(index), y: 16, "text-anchor": "middle", class: "value" },
          one.name));
        for (const tick of one.axis.ticks) svg.append(element("svg:text", {
          x: atX(index) + 5, y: atY(one.axis, tick) + 4, class: "halo" }, one.axis.text(tick)));
      });
      return element("figure", {}, element("figcaption", {}, "Parallel coordinates",
        element("span", { class: "faint" }, "a line for each trial, the bluer the better"
          + (failed ? "; failures are red" : ""))),
      element("div", { class: "scroll" }, svg));
    }
    section("All trials over all hyperparameters", coordinates());

    section(`Each hyperparameter`, element("div", { class: "figures" },
      ...plan.space.dimensions.map(dimension => {
        const along = axis(dimension);
        return plot(dimension.name, "the larger the dot, the more epochs", {
          x: { range: along.range, label: dimension.name, ticks: along.ticks, text: along.text },
          y: { range, label: name },
          dots: [...sound].reverse().map(trial => ({ x: along.at(trial), y: trial.value,
            style: trial === best ? "var(--c)" : shade(trial),
            radius: 3 + 5 * (rungs.indexOf(trial.last.epochs) + 1) / rungs.length,
            opacity: 0.85, title: title(trial) })) });
      })));

    section("Trials, the best first", element("div", { class: "panel" }, table(
      ["", ["trial", "n"], ["bracket", "n"], ["epochs", "n"], [name, "n"], ["best epoch", "n"],
        ...plan.space.dimensions.map(dimension => dimension.name), ""],
      trials.map(trial => [String(trial.place + 1), [number(trial.number), "n"],
        [number(trial.bracket), "n"], [number(trial.last.epochs), "n"],
        [number(trial.value), trial === best ? "n best" : "n"],
        [number(trial.last.bestEpoch), "n"],
        ...plan.space.dimensions.map(dimension => trial.settings[dimension.name]),
        [trial.last.failure ?? "", "name bad"]]))));

    const command = shell(DATA.command);
    const copy = element("button", { type: "button" }, "copy");
    copy.addEventListener("click", () => navigator.clipboard?.writeText(command)
      .then(() => { copy.textContent = "copied"; }));
    section("The best again", element("div", { class: "panel" }, copy,
      element("pre", {}, command)),
    element("div", { class: "panel" }, list([
      ["seed", String(plan.seed)], ["data", plan.data],
      ["all trials", shell(plan.arguments)]])));
    """#
}
