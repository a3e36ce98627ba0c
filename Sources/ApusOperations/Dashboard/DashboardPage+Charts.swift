extension DashboardPage {
  /// Lines over time and bars, drawn as SVG.
  static let charts = #"""
    const SECONDS = 180;
    const hover = { fraction: null };

    function steps(top) {
      const power = 10 ** Math.floor(Math.log10(top));
      return [0.25, 0.5, 1, 2.5].map(factor => factor * power).find(step => top <= step * 4) ?? top;
    }

    function scale(values, logarithmic) {
      const usable = values.filter(value => Number.isFinite(value) && value > 0);
      const top = usable.length ? Math.max(...usable) : 10;
      if (!logarithmic) {
        const step = steps(Math.max(top, 10));
        const end = Math.ceil(Math.max(top, 10) * 1.02 / step) * step;
        const ticks = [];
        for (let tick = 0; tick <= end + step / 2; tick += step) ticks.push(tick);
        return { ticks, at: value => value / end };
      }
      const low = Math.floor(Math.log10(usable.length ? Math.min(...usable) : 10));
      const high = Math.max(low + 1, Math.ceil(Math.log10(top)));
      const ticks = [];
      for (let power = low; power <= high; power += 1) ticks.push(10 ** power);
      return { ticks, at: value => (Math.log10(value) - low) / (high - low) };
    }

    function frame(id) {
      const box = $(id);
      const [width, height] = [Math.max(box.clientWidth, 120), Math.max(box.clientHeight, 80)];
      const svg = element("svg:svg", { viewBox: `0 0 ${width} ${height}`, role: "img" });
      box.replaceChildren(svg);
      return { svg, left: 56, right: width - 8, top: 8, bottom: height - 20 };
    }

    function text(x, y, value, anchor, kind = "") {
      return element("svg:text", { x, y, "text-anchor": anchor, class: kind }, value);
    }

    function gridlines(area, axis, format) {
      for (const tick of axis.ticks) {
        const y = area.bottom - axis.at(tick) * (area.bottom - area.top);
        area.svg.append(
          element("svg:line", { x1: area.left, x2: area.right, y1: y, y2: y, class: "grid" }),
          text(area.left - 8, y + 4, format(tick), "end"));
      }
    }

    /* Draws lines of {name, color, values}, of which the last value is now. */
    function drawLines(id, lines, format, logarithmic = false) {
      const area = frame(id);
      const axis = scale(lines.flatMap(line => line.values), logarithmic);
      const span = area.right - area.left;
      const x = index => area.right - (SECONDS - 1 - index) / (SECONDS - 1) * span;
      gridlines(area, axis, format);
      for (const [seconds, anchor] of [[180, "start"], [120, "middle"], [60, "middle"]]) {
        const place = area.right - seconds / 180 * span;
        area.svg.append(text(place, area.bottom + 16, `${seconds} s ago`, anchor));
      }
      area.svg.append(text(area.right, area.bottom + 16, "now", "end"));
      for (const line of lines) {
        let path = "";
        line.values.forEach((value, index) => {
          if (!Number.isFinite(value) || logarithmic && value <= 0) return;
          const previous = line.values[index - 1];
          const y = area.bottom - axis.at(value) * (area.bottom - area.top);
          const isStart = path === "" || !Number.isFinite(previous);
          path += `${isStart ? "M" : "L"}${x(index).toFixed(1)} ${y.toFixed(1)}`;
        });
        const stroke = `stroke: var(--${line.color})`;
        area.svg.append(element("svg:path", { d: path, style: stroke }));
      }
      const index = hover.fraction === null
        ? SECONDS - 1 : Math.round(hover.fraction * (SECONDS - 1));
      if (hover.fraction !== null) {
        area.svg.append(element("svg:line", {
          x1: x(index), x2: x(index), y1: area.top, y2: area.bottom, class: "cursor" }));
      }
      const keys = lines.flatMap(line => [
        element("i", { style: `background: var(--${line.color})` }),
        `${line.name} ${format(line.values[index])}`]);
      $(id + "-keys").replaceChildren(...keys);
      area.svg.setAttribute(
        "aria-label", lines.map(line => `${line.name} ${format(line.values[index])}`).join(", "));
    }

    /* Draws a bar for each of {label, value}; the bars say their share. */
    function drawBars(id, bars) {
      const area = frame(id);
      area.left = 4;
      const all = bars.reduce((sum, bar) => sum + bar.value, 0);
      const top = Math.max(1, ...bars.map(bar => bar.value));
      const width = (area.right - area.left) / Math.max(bars.length, 8);
      bars.forEach((bar, index) => {
        const height = bar.value / top * (area.bottom - area.top - 16);
        const x = area.left + index * width;
        area.svg.append(
          element("svg:rect", {
            x: x + 2, y: area.bottom - height, width: Math.max(width - 4, 2), height, rx: 3,
            style: "fill: var(--a)" }),
          text(x + width / 2, area.bottom + 15, bar.label, "middle"));
        if (bar.value > 0) {
          const share = bar.value / all * 100;
          area.svg.append(text(
            x + width / 2, area.bottom - height - 5,
            (share < 0.1 ? "<0.1" : share.toFixed(share < 10 ? 1 : 0)) + "%", "middle", "value"));
        }
      });
      if (all === 0) {
        const middle = (area.left + area.right) / 2;
        area.svg.append(text(middle, area.bottom / 2, "no batches", "middle"));
      }
      area.svg.setAttribute(
        "aria-label", bars.map(bar => `${bar.label} rows: ${bar.value}`).join(", "));
    }

    for (const id of ["throughput", "latency", "stages"]) {
      $(id).addEventListener("pointermove", event => {
        const box = $(id).getBoundingClientRect();
        const fraction = (event.clientX - box.left - 56) / (box.width - 64);
        hover.fraction = Math.min(1, Math.max(0, fraction));
        draw();
      });
      $(id).addEventListener("pointerleave", () => { hover.fraction = null; draw(); });
    }
    """#
}
