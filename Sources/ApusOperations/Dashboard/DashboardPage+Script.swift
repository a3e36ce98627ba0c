extension DashboardPage {
  /// Asks for the status each second, keeps three minutes of it, and shows it.
  static let script = #"""
    const WINDOW = 10;
    const points = [];
    let samples = [];

    const key = (model, version) => model.name + " " + version.version;

    /* What of a status is needed to tell it from another one. */
    function sample(status) {
      const versions = new Map();
      for (const model of status.models) {
        for (const version of model.versions) {
          const metrics = version.metrics;
          versions.set(key(model, version), {
            latency: histogram(metrics.latency), queue: histogram(metrics.queue),
            compute: histogram(metrics.compute), rows: metrics.rows,
            batches: metrics.batches.counts, batchRows: metrics.batches.rows,
            refused: Object.values(metrics.refusals).reduce((a, b) => a + b, 0) });
        }
      }
      return { time: status.uptimeSeconds, status, versions };
    }

    const EMPTY = { latency: new Map(), queue: new Map(), compute: new Map(), rows: 0,
      batches: [], batchRows: 0, refused: 0 };

    /* What happened to one version between two samples. */
    function between(now, before, name) {
      const [a, b] = [now.versions.get(name) ?? EMPTY, before?.versions.get(name) ?? EMPTY];
      return {
        latency: subtract(a.latency, b.latency), queue: subtract(a.queue, b.queue),
        compute: subtract(a.compute, b.compute), rows: a.rows - b.rows,
        batches: a.batches.map((number, index) => number - (b.batches[index] ?? 0)),
        batchRows: a.batchRows - b.batchRows, refused: a.refused - b.refused };
    }

    function all(now, before) {
      const parts = [...now.versions.keys()].map(name => between(now, before, name));
      return {
        latency: sum(parts.map(part => part.latency)), queue: sum(parts.map(part => part.queue)),
        compute: sum(parts.map(part => part.compute)),
        rows: parts.reduce((total, part) => total + part.rows, 0),
        batches: parts.reduce(
          (sums, part) => part.batches.map((number, index) => number + (sums[index] ?? 0)), []),
        refused: parts.reduce((total, part) => total + part.refused, 0) };
    }

    const ago = seconds => samples.find(one => one.time >= samples.at(-1).time - seconds - 0.5);

    function take(status) {
      const next = sample(status);
      /* A server that was started anew has counted nothing of what was before. */
      if (samples.length && next.time < samples.at(-1).time) samples = [];
      samples.push(next);
      while (samples.length > 70) samples.shift();
      if (samples.length < 2) return;
      const before = samples.at(-2);
      const happened = all(next, before);
      const seconds = next.time - before.time;
      points.push({
        requests: total(happened.latency) / seconds, refused: happened.refused / seconds,
        p50: quantile(happened.latency, 0.5),
        p90: quantile(happened.latency, 0.9), p99: quantile(happened.latency, 0.99),
        p999: quantile(happened.latency, 0.999), queue: quantile(happened.queue, 0.99),
        compute: quantile(happened.compute, 0.99) });
      while (points.length > SECONDS) points.shift();
    }

    function draw() {
      const series = name => Array(SECONDS - points.length).fill(NaN)
        .concat(points.map(point => point[name]));
      const line = (name, color, field) => ({ name, color, values: series(field) });
      drawLines("throughput", [
        line("answers", "a", "requests"), line("refusals", "d", "refused")], count);
      drawLines("latency", [
        line("p50", "b", "p50"), line("p90", "a", "p90"), line("p99", "c", "p99"),
        line("p99.9", "d", "p999")], microseconds, true);
      drawLines("stages", [
        line("wait", "c", "queue"), line("compute", "b", "compute"),
        line("all", "a", "p99")], microseconds, true);
      if (!samples.length) return;
      const batches = all(samples.at(-1), ago(60)).batches;
      const last = Math.max(7, batches.findLastIndex(number => number > 0));
      drawBars("batches", Array.from({ length: last + 1 }, (_, power) => ({
        label: power < 2 ? String(2 ** power) : power === 16 ? "more" : "≤" + count(2 ** power),
        value: batches[power] ?? 0 })));
    }

    function tile(name, value, kind = "") {
      const [number, ...unit] = value.split(" ");
      return element("div", { class: "tile" }, element("span", { class: "faint" }, name),
        element("b", { class: kind }, number, element("small", {}, unit.join(" "))));
    }

    function describe(status) {
      const now = samples.at(-1), before = ago(WINDOW);
      const seconds = Math.max(now.time - before.time, 1e-9);
      const happened = all(now, before);
      const rate = number => samples.length < 2 ? NaN : number / seconds;
      const kinds = { ready: "good", degraded: "fair", starting: "fair", draining: "fair" };
      $("name").textContent = status.name;
      document.title = `${status.name} · ${status.readiness}`;
      $("state").textContent = status.readiness;
      $("state").className = "pill " + (kinds[status.readiness] ?? "bad");
      $("about").textContent = `version ${status.version} · up ${duration(status.uptimeSeconds)}`;
      showProblems(status.problems);
      const refused = rate(happened.refused);
      $("tiles").replaceChildren(
        tile("requests/s", count(rate(total(happened.latency)))),
        tile("rows/s", count(rate(happened.rows))),
        tile("p50", microseconds(quantile(happened.latency, 0.5))),
        tile("p99", microseconds(quantile(happened.latency, 0.99))),
        tile("p99.9", microseconds(quantile(happened.latency, 0.999))),
        tile("refused/s", count(refused), refused > 0 ? "bad" : ""),
        tile("waiting rows", count(status.waitingRows)),
        tile("connections",
          count(status.server.connectionsOpened - status.server.connectionsClosed)));
      $("models").replaceChildren(...status.models.flatMap(model =>
        model.versions.map(version => row(model, version, now, before, rate))));
      $("devices").replaceChildren(...status.devices.map(device => element("li", {},
        element("span", {}, device.selector), device.isHealthy
          ? element("span", { class: "good" }, "healthy")
          : element("span", { class: "bad" }, "failed; the CPU stands in"))));
      process(status, now, before, rate);
    }

    function showProblems(problems) {
      $("problems").hidden = problems.length === 0;
      $("problems").replaceChildren(...problems.map(problem => element("li", {}, problem)));
    }

    function traffic(model, version) {
      if (version.version === model.canary) return `canary ${model.canaryPercent} %`;
      if (version.version !== model.stable) return "";
      return model.canary ? `stable ${100 - model.canaryPercent} %` : "stable";
    }

    function row(model, version, now, before, rate) {
      const happened = between(now, before, key(model, version));
      const metrics = version.metrics;
      const batches = happened.batches.reduce((a, b) => a + b, 0);
      const late = Object.values(metrics.deadlineMisses).reduce((a, b) => a + b, 0);
      const refused = Object.values(metrics.refusals).reduce((a, b) => a + b, 0);
      const codes = Object.entries(metrics.refusals).map(([code, n]) => `${code}: ${n}`).join("\n");
      const state = element("td", version.reason ? { title: version.reason } : {}, version.state);
      const cell = (value, title = "") => element("td", { class: "n", title }, value);
      return element("tr", {}, element("td", {}, element("b", {}, model.name)),
        element("td", {}, version.version), element("td", {}, traffic(model, version)), state,
        element("td", {}, version.device), cell(count(rate(total(happened.latency)))),
        cell(count(rate(happened.rows))), cell(microseconds(quantile(happened.latency, 0.5))),
        cell(microseconds(quantile(happened.latency, 0.99))),
        cell(microseconds(quantile(happened.latency, 0.999))),
        cell(count(batches ? happened.batchRows / batches : NaN)),
        cell(count(refused), codes), cell(count(late)), cell(count(metrics.fallbacks)));
    }

    function process(status, now, before, rate) {
      const [wire, was] = [status.server, before.status.server];
      const { descriptors, descriptorLimit } = status.process;
      const figures = [
        ["memory", bytes(status.process.residentBytes)],
        ["processor", count(
          rate(status.process.cpuSeconds - before.status.process.cpuSeconds) * 100) + " %"],
        ["threads", count(status.process.threads)],
        ["descriptors", `${descriptors} of ${count(descriptorLimit)}`],
        ["in", bytes(rate(wire.bytesIn - was.bytesIn) || 0) + "/s"],
        ["out", bytes(rate(wire.bytesOut - was.bytesOut) || 0) + "/s"],
        ["refused connections",
          count(Object.values(wire.connectionsRefused).reduce((a, b) => a + b, 0))],
        ["wrong proofs", count(wire.authenticationFailures)],
        ["protocol errors", count(wire.protocolErrors)],
        ["swaps", `${wire.swaps.count}, ${wire.swapFailures} refused`],
        ["last swaps took", wire.swaps.count ? microseconds(wire.swaps.p50Us) : "–"]];
      $("process").replaceChildren(...figures.map(([name, value]) =>
        element("div", {}, element("dt", {}, name), element("dd", {}, value))));
    }

    async function ask() {
      try {
        const response = await fetch("/status", { signal: AbortSignal.timeout(3000) });
        if (!response.ok) throw new Error(`/status answers ${response.status}`);
        const status = await response.json();
        take(status);
        describe(status);
      } catch (error) {
        $("state").textContent = "no answer";
        $("state").className = "pill bad";
        points.push({});
        while (points.length > SECONDS) points.shift();
      }
      draw();
    }

    async function run() {
      for (;;) {
        const start = performance.now();
        if (!document.hidden) await ask();
        const rest = start + 1000 - performance.now();
        await new Promise(done => setTimeout(done, Math.max(100, rest)));
      }
    }

    addEventListener("resize", draw);
    run();
    """#
}
