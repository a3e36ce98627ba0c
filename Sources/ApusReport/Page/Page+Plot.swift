extension Page {
  /// Lines, bars and dots over two axes, drawn as SVG.
  static let plot = #"""
    const AREA = { width: 460, height: 262, left: 46, right: 450, top: 8, bottom: 222 };

    /* About five round numbers from low to high. */
    function ticks(low, high) {
      const span = high - low || 1;
      const power = 10 ** Math.floor(Math.log10(span / 4));
      const step = [1, 2, 2.5, 5, 10].map(factor => factor * power)
        .find(step => span / step <= 5.5) ?? span;
      const found = [];
      for (let tick = Math.ceil(low / step - 1e-9) * step; tick <= high + step * 1e-9; tick += step)
        found.push(Math.abs(tick) < step * 1e-9 ? 0 : tick);
      return found;
    }

    const short = value => Math.abs(value) >= 1e4 || value !== 0 && Math.abs(value) < 1e-3
      ? value.toExponential(1) : String(Number(value.toPrecision(6)));

    function extent(values, { zero = false, pad = 0 } = {}) {
      const usable = values.filter(Number.isFinite);
      let low = usable.length ? Math.min(...usable) : 0;
      let high = usable.length ? Math.max(...usable) : 1;
      if (zero) low = Math.min(low, 0);
      if (low === high) [low, high] = [low - (zero && low === 0 ? 0 : 0.5), high + 0.5];
      const margin = (high - low) * pad;
      return [zero && low === 0 ? 0 : low - margin, high + margin];
    }

    /*
     * A figure. `lines` are {name, color, points: [[x, y], ...], dash, dots}, `bars` are
     * {from, to, value, base, color, title}; x and y are {range: [low, high], label}, and x may
     * have ticks with a text for each. A line or a dot may have a style, which is any colour of
     * CSS, in place of a colour of the page. The figure's `mark` moves the points that it is given,
     * [{x, y, color}, ...].
     */
    function plot(title, note, { x, y, lines = [], bars = [], dots = [], keys = null }) {
      const svg = element("svg:svg", {
        viewBox: `0 0 ${AREA.width} ${AREA.height}`, role: "img", "aria-label": title });
      const paint = mark => mark.style ?? `var(--${mark.color})`;
      const clamp = value => Math.min(1.02, Math.max(-0.02, value));
      const atX = value => AREA.left
        + clamp((value - x.range[0]) / (x.range[1] - x.range[0])) * (AREA.right - AREA.left);
      const atY = value => AREA.bottom
        - clamp((value - y.range[0]) / (y.range[1] - y.range[0])) * (AREA.bottom - AREA.top);
      const text = (at, value, attributes) => element("svg:text",
        { x: at[0], y: at[1], "text-anchor": "middle", ...attributes }, value);
      for (const tick of ticks(...y.range)) {
        svg.append(element("svg:line", {
          x1: AREA.left, x2: AREA.right, y1: atY(tick), y2: atY(tick), class: "grid" }),
        text([AREA.left - 7, atY(tick) + 4], short(tick), { "text-anchor": "end" }));
      }
      for (const tick of x.ticks ?? ticks(...x.range))
        svg.append(text([atX(tick), AREA.bottom + 16], (x.text ?? short)(tick), {}));
      svg.append(
        element("svg:line", {
          x1: AREA.left, x2: AREA.right, y1: AREA.bottom, y2: AREA.bottom, class: "axis" }),
        text([(AREA.left + AREA.right) / 2, AREA.bottom + 34], x.label, {}));
      if (y.label) svg.append(text([0, 0], y.label, {
        transform: `translate(11 ${(AREA.top + AREA.bottom) / 2}) rotate(-90)` }));
      for (const bar of bars) {
        const [top, bottom] = [atY(bar.base + bar.value), atY(bar.base)];
        svg.append(element("svg:rect", {
          x: atX(bar.from) + 0.5, width: Math.max(1, atX(bar.to) - atX(bar.from) - 1),
          y: Math.min(top, bottom), height: Math.abs(bottom - top),
          style: `fill: var(--${bar.color}); opacity: ${bar.opacity ?? 0.85}` },
        element("svg:title", {}, bar.title)));
      }
      for (const line of lines) {
        const points = line.points.filter(point => point.every(Number.isFinite));
        const path = points.map(([px, py], index) =>
          `${index ? "L" : "M"}${atX(px).toFixed(1)} ${atY(py).toFixed(1)}`).join("");
        svg.append(element("svg:path", { d: path,
          style: `stroke: ${paint(line)}` + (line.dash ? "; stroke-dasharray: 4 4" : "") }));
        if (line.dots || points.length === 1) dots = dots.concat(points.map(([px, py]) =>
          ({ x: px, y: py, color: line.color, style: line.style, radius: 3 })));
      }
      for (const dot of dots) {
        const node = element("svg:circle", { cx: atX(dot.x), cy: atY(dot.y), r: dot.radius,
          style: `fill: ${paint(dot)}; opacity: ${dot.opacity ?? 1}` });
        if (dot.title) node.append(element("svg:title", {}, dot.title));
        svg.append(node);
      }
      const marks = element("svg:g");
      const cursor = element("svg:g");
      svg.append(marks, cursor);
      const named = lines.filter(line => line.name);
      const legend = element("div", { class: "keys" });
      function show(position) {
        cursor.replaceChildren();
        const entries = (keys ?? named).map(line => {
          let value = "";
          if (position !== null && line.points && !line.dash) {
            const point = line.points.reduce((best, one) =>
              Math.abs(one[0] - position) < Math.abs(best[0] - position) ? one : best,
            line.points[0] ?? [NaN, NaN]);
            value = ` ${number(point[1])} at ${number(point[0])}`;
          }
          return element("span", {},
            element("i", { style: `background: var(--${line.color})` }), line.name + value);
        });
        legend.replaceChildren(...entries);
        if (position !== null) cursor.append(element("svg:line", {
          x1: atX(position), x2: atX(position), y1: AREA.top, y2: AREA.bottom, class: "cursor" }));
      }
      show(null);
      if (named.some(line => !line.dash)) {
        svg.addEventListener("pointermove", event => {
          const box = svg.getBoundingClientRect();
          const place = (event.clientX - box.left) / box.width * AREA.width;
          const part = (place - AREA.left) / (AREA.right - AREA.left);
          show(x.range[0] + Math.min(1, Math.max(0, part)) * (x.range[1] - x.range[0]));
        });
        svg.addEventListener("pointerleave", () => show(null));
      }
      const figure = element("figure", {}, element("figcaption", {}, title,
        note ? element("span", { class: "faint" }, note) : null), svg, legend);
      figure.mark = points => marks.replaceChildren(...points
        .filter(point => Number.isFinite(point.x) && Number.isFinite(point.y))
        .map(point => element("svg:circle", { cx: atX(point.x), cy: atY(point.y), r: 5,
          style: `fill: var(--panel); stroke: var(--${point.color}); stroke-width: 2.5` })));
      return figure;
    }

    const UNIT = [0, 1];
    const DIAGONAL = { name: "", color: "f", dash: true, points: [[0, 0], [1, 1]] };
    """#
}
