"""A plot of the figures as SVG: products as a share of the peak, nets by the time of a call."""

import math
from xml.sax.saxutils import escape

import contenders
from figures import gigaflops

COLOURS = {
    "apus": "#d6273a", "apus-avx2": "#f08a94", "openblas": "#b8c4d6",
    "openblas-skylakex": "#3f6fb5", "openblas-haswell": "#8fb0dd", "onednn": "#2f9e6e",
    "onednn-avx2": "#9fd6bd", "torch": "#c98a1b", "lite-invoke": "#7a4fb0", "onnx": "#3f6fb5",
    "openvino-f32": "#2f9e6e", "openvino-bf16": "#9fd6bd", "loops": "#777777"}
PRODUCTS = ["openblas", "openblas-haswell", "openblas-skylakex", "torch", "onednn-avx2", "onednn",
            "apus-avx2", "apus"]
NETS = ["loops", "torch", "openvino-bf16", "openvino-f32", "onnx", "lite-invoke", "apus"]
LEFT, WIDTH, LINE = 190, 560, 17


class Panel:
    """Rows of dots along one axis, with a legend above."""

    def __init__(self, title, names, position, ticks):
        self.title, self.names, self.position, self.ticks = title, names, position, ticks
        self.rows = []

    def height(self):
        return 75 + LINE * len(self.rows)

    def drawn(self, top):
        yield text(10, top + 16, self.title, "font-weight='bold'")
        x = 10
        for name in reversed(self.names):
            yield dot(x + 4, top + 32, name)
            yield text(x + 12, top + 36, name)
            x += 30 + 6.5 * len(name)
        bottom = top + self.height() - 20
        for value, label in self.ticks:
            x = LEFT + WIDTH * self.position(value)
            yield f"<line x1='{x:.1f}' x2='{x:.1f}' y1='{top + 48}' y2='{bottom}' stroke='#ddd'/>"
            yield text(x, bottom + 14, label, "text-anchor='middle' fill='#666'")
        for index, (label, values) in enumerate(self.rows):
            y = top + 58 + index * LINE
            yield text(LEFT - 8, y + 4, label, "text-anchor='end'")
            for name in self.names:
                if values.get(name):
                    place = min(1, max(0, self.position(values[name])))
                    yield dot(LEFT + WIDTH * place, y, name)


def dot(x, y, name):
    size = 5 if name == "apus" else 4
    return f"<circle cx='{x:.1f}' cy='{y}' r='{size}' fill='{COLOURS[name]}'/>"


def text(x, y, words, style=""):
    return f"<text x='{x:.1f}' y='{y}' {style}>{escape(words)}</text>"


def write(rounds, path):
    """Draws what was measured on one thread."""
    peak = rounds.limits.get(("fma512", 1)) or rounds.limits.get(("fma256", 1)) or 1
    shares = Panel(
        "Products, one thread: share of the FMA peak", PRODUCTS, lambda share: share,
        [(tick / 100, f"{tick} %") for tick in range(0, 101, 20)])
    for work in contenders.products(rounds.is_quick):
        values = {name: rounds.median(name, 1, work) for name in PRODUCTS}
        shares.rows.append((work[6:], {
            name: gigaflops(work, time) / peak for name, time in values.items() if time}))
    times = Panel(
        "Nets, one thread: microseconds of a call", NETS,
        lambda time: (math.log10(time) + 1) / 6,
        [(10.0 ** power, f"{10.0 ** power:,g}") for power in range(-1, 6)])
    for work in contenders.nets():
        times.rows.append((
            work[4:].replace("/", " x "), {name: rounds.median(name, 1, work) for name in NETS}))
    drawn, top = [], 10
    for panel in (shares, times):
        drawn += panel.drawn(top)
        top += panel.height() + 20
    with open(path, "w", encoding="utf-8") as file:
        file.write(
            f"<svg xmlns='http://www.w3.org/2000/svg' width='{LEFT + WIDTH + 110}' height='{top}'"
            " font-family='sans-serif' font-size='11'>\n"
            "<rect width='100%' height='100%' fill='white'/>\n" + "\n".join(drawn) + "\n</svg>\n")
