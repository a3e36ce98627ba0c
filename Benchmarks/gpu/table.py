"""Turns the JSON of run.sh into the table that every benchmark leaves behind.

usage: table.py RESULT.json [FIGURES.json]
"""

import json
import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path += [HERE, os.path.join(HERE, "..", "common")]
import report


def times(result, part):
    """The microseconds of a call by work, where the answers were right."""
    return {line["work"]: line["us"] for line in result.get(part, {}).get("lines", [])
            if "us" in line and line["error"] <= line["bound"]}


def rate(work, microseconds):
    """Products in GFLOP/s, all else in rows a second."""
    kind, _, last = work.split("/")
    if kind != "sgemm":
        return int(last) / microseconds * 1e6, "rows/s"
    m, n, k = map(int, last.split("x"))
    return 2 * m * n * k / microseconds / 1e3, "GFLOP/s"


def beside(name, work, ours, theirs, target=None):
    """A row of ours and a peer's rate; "not measured" where one is missing."""
    if work not in ours or work not in theirs:
        return dict(
            report.figure(name, None, "", target=target and f"ratio >= {target}"),
            met="not measured")
    (value, unit), (peer, _) = rate(work, ours[work]), rate(work, theirs[work])
    if target:
        return report.above(name, value, unit, peer, target)
    return report.figure(name, value, unit, peer)


def figures(result):
    products = times(result, "products")
    others = {**times(result, "nets"), **times(result, "training")}
    exact = times(result, "torch_products")
    eager, compiled = times(result, "torch_eager"), times(result, "torch_compiled")
    for work in products:
        yield beside(f"{work}, PyTorch in f32", work, products, exact)
    for work in others:
        yield beside(f"{work}, PyTorch eager", work, others, eager)
        yield beside(f"{work}, PyTorch compiled", work, others, compiled)
    for work in others:
        yield beside(f"{work}, our CPU", work, others, times(result, "cpu"))
    for name, value in (result.get("probe", {}).get("lines") or [{}])[0].items():
        if name.endswith("_us"):
            yield report.figure(name, value, "us")
    for part in ("start_cold", "start_warm"):
        for time in times(result, part).values():
            yield report.figure(part, time / 1e3, "ms")
    square, net = "sgemm/NN/4096x4096x4096", "plan/64-64-64-1/65536"
    yield beside("TARGET f32 product of 4096, cuBLAS in f32", square, products, exact, 0.85)
    yield beside(
        "TARGET tf32 product of 4096, cuBLAS in tf32", square, times(result, "products_tf32"),
        times(result, "torch_products_tf32"), 0.6)
    yield beside("TARGET net on 65536 rows, PyTorch eager", net, others, eager, 8)
    yield beside("TARGET net on 65536 rows, PyTorch compiled", net, others, compiled, 3)


def main():
    path = sys.argv[1]
    with open(path, encoding="utf-8") as file:
        result = json.load(file)
    for name, part in result.items():
        if isinstance(part, dict) and "failure" in part:
            print(f"{name}: {part['failure']}")
    output = sys.argv[2] if len(sys.argv) > 2 else path.removesuffix(".json") + "-figures.json"
    sys.exit(0 if report.write(list(figures(result)), output) else 1)


if __name__ == "__main__":
    main()
