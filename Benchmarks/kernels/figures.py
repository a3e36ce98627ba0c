"""From the medians of the rounds to figures, and the targets that they are held to."""

import math

import contenders
import machine
import report
from contenders import LARGE, SMALL, widths
from machine import count

LIBRARIES = ["openblas", "openblas-skylakex", "openblas-haswell", "onednn", "torch", "clblast"]
LIBRARIES_AVX2 = ["openblas-haswell", "onednn-avx2", "torch-avx2"]
RUNTIMES = ["lite-invoke", "onnx", "openvino-f32", "torch"]
NO_GPU = "no GPU here: Benchmarks/gpu measures it"


def unmeasured(name, target, why):
    """A row of the table of targets that this run has nothing to say of."""
    return dict(
        report.figure(name, None, "", target=target, notes=why), met="not measured")


def best(rounds, names, threads, work):
    """The fastest of some contenders: its microseconds and its name."""
    times = [(rounds.median(name, threads, work), name) for name in names]
    return min(((time, name) for time, name in times if time), default=(None, None))


def operations(work):
    kind, name, last = work.split("/")
    if kind == "sgemm":
        m, n, k = map(int, last.split("x"))
        return 2 * m * n * k
    size = widths(name)
    return 2 * int(last) * sum(a * b for a, b in zip(size, size[1:]))


def gigaflops(work, microseconds):
    return operations(work) / microseconds / 1e3 if microseconds else None


def others(rounds, names, threads, work, unit):
    """All peers' figures in words."""
    values = []
    for name in names:
        time = rounds.median(name, threads, work)
        if time:
            value = gigaflops(work, time) if unit == "GFLOP/s" else time
            values.append(f"{name} {value:.4g}")
    return ", ".join(values)


def product_rows(rounds, ours, peers, peak, label):
    """Each shape beside its best peer, then what all of them come to."""
    for threads in (1, 2):
        ratios = {}
        limit = rounds.limits.get((peak, threads))
        for work in contenders.products(rounds.is_quick):
            time, (other, name) = rounds.median(ours, threads, work), best(
                rounds, peers, threads, work)
            if not time or not other:
                continue
            ratios[work] = other / time
            share = f"{gigaflops(work, time) / limit:.0%} of the peak; " if limit else ""
            yield report.figure(
                f"{work}, {count(threads)}{label}", gigaflops(work, time), "GFLOP/s",
                gigaflops(work, other), notes=f"best peer: {name}; {share}"
                + f"{rounds.spread(ours, threads, work)}; "
                + others(rounds, peers, threads, work, "GFLOP/s"))
        if not ratios:
            yield unmeasured(f"products, {count(threads)}{label}", "ratio >= 1", "no figures")
            continue
        mean = math.exp(sum(map(math.log, ratios.values())) / len(ratios))
        worst = min(ratios, key=ratios.get)
        yield report.above(
            f"TARGET products, {count(threads)}{label}: geometric mean", mean, "", 1, 1,
            f"{len(ratios)} shapes and layouts, each against its best peer")
        yield report.above(
            f"TARGET products, {count(threads)}{label}: lowest", ratios[worst], "", 1, 0.93,
            worst)
        for layout in contenders.LAYOUTS:
            work = f"sgemm/{layout}/1024x1024x1024"
            time = rounds.median(ours, threads, work)
            if time and limit:
                yield report.above(
                    f"TARGET {work}, {count(threads)}{label}: of the peak",
                    gigaflops(work, time), "GFLOP/s", limit, 0.92, "peer: the measured FMA peak")


def net_rows(rounds):
    peers = RUNTIMES + ["openvino-bf16", "loops", "lite-python", "onnx-python"]
    for threads in (1, 2):
        for work in contenders.nets(1 if threads == 1 else 256):
            time, (other, name) = rounds.median("apus", threads, work), best(
                rounds, RUNTIMES, threads, work)
            if time and other:
                yield report.figure(
                    f"{work}, {count(threads)}", time, "us", other,
                    notes=f"best peer in f32: {name}; "
                    + f"{rounds.spread('apus', threads, work)}; "
                    + others(rounds, peers, threads, work, "us"))


def net_targets(rounds):
    def time(work, name="apus"):
        return rounds.median(name, 1, work)

    one = f"net/{SMALL}/1"
    if time(one):
        yield report.figure(
            f"TARGET {one}, p50", time(one), "us", target="<= 0.15 us", met=time(one) <= 0.15)
        for peer, ratio, notes in (
                ("lite-python", 0.1, "Lite called from Python"),
                ("lite-invoke", 0.1, "Lite's Invoke alone"),
                ("onnx-python", 0.04, "ONNX Runtime called from Python"),
                ("onnx", 0.04, "ONNX Runtime called from C")):
            if time(one, peer):
                yield report.below(
                    f"TARGET {one}, {peer}", time(one), "us", time(one, peer), ratio, notes)
    for rows, ratio in ((8, 3), (32, 1.6), (256, 1.15), (4096, 1.2)):
        yield from faster(rounds, f"net/{SMALL}/{rows}", ratio)
    yield from share_of_peak(rounds, f"net/{SMALL}/4096", 0.85)

    one = f"net/{LARGE}/1"
    size = widths(LARGE)
    weight_bytes = 4 * sum(a * b for a, b in zip(size, size[1:]))
    level = "L2" if weight_bytes < 0.9 * machine.second_level_bytes() else "L3"
    rate = rounds.limits.get((level, 1))
    if time(one) and rate:
        yield report.above(
            f"TARGET {one}, weights read", weight_bytes / time(one) / 1e3, "GB/s", rate, 0.8,
            f"peer: measured reads from {level}, which holds the {weight_bytes:,} bytes")
    if time(one) and time(one, "apus-bf16-weights"):
        yield report.above(
            f"TARGET {one}, bf16 weights", 1e6 / time(one, "apus-bf16-weights"), "rows/s",
            1e6 / time(one), 1.6, "peer: Apus in float32")
    for rows, ratio in ((256, 1), (4096, 1.03)):
        yield from faster(rounds, f"net/{LARGE}/{rows}", ratio)
    work = f"net/{LARGE}/4096"
    for threads in (1, 2):
        own, other = (
            rounds.median(name, threads, work) for name in ("apus-bf16", "openvino-bf16"))
        if own and other:
            yield report.above(
                f"TARGET {work}, bf16, {count(threads)}", 4096e6 / own, "rows/s", 4096e6 / other,
                1, "peer: OpenVINO in bf16; our scores have the bits of bfloat16 factors")


def faster(rounds, work, ratio):
    """A net on one thread beside its best peer; the ratio is that of the rates."""
    time, (other, name) = rounds.median("apus", 1, work), best(rounds, RUNTIMES, 1, work)
    if time and other:
        rows = int(work.split("/")[2])
        yield report.above(
            f"TARGET {work}", rows / time * 1e6, "rows/s", rows / other * 1e6, ratio,
            f"best peer: {name}")


def share_of_peak(rounds, work, share):
    time, limit = rounds.median("apus", 1, work), rounds.limits.get(("fma512", 1))
    if time and limit:
        yield report.above(
            f"TARGET {work}: of the peak", gigaflops(work, time), "GFLOP/s", limit, share,
            "peer: the measured FMA peak")


def step_targets(rounds):
    for net, rows in contenders.STEPS:
        work = f"step/{net}/{rows}"
        products, loops = contenders.step_parts(net, rows)
        for ours, peers in (("apus", LIBRARIES), ("apus-avx2", LIBRARIES_AVX2)):
            time = rounds.median(ours, 1, work)
            parts = [best(rounds, peers, 1, part) for part in products]
            parts += [best(rounds, ["loops"], 1, part) for part in loops]
            if time and all(part for part, _ in parts):
                notes = ", ".join(
                    f"{part} {name} {spent:.3g}"
                    for part, (spent, name) in zip(products + loops, parts))
                total = sum(part for part, _ in parts)
                yield report.above(
                    f"TARGET {work}, {ours}", 1e6 / time, "steps/s", 1e6 / total, 1.3,
                    "peer: the sum, in us, of " + notes)


def opencl_targets(rounds):
    for threads in (1, 2):
        for work in [f"sgemm/{layout}/1024x1024x1024" for layout in contenders.LAYOUTS] + [
                f"net/{SMALL}/4096"]:
            time = rounds.median("apus-opencl", threads, work)
            for peer, ratio in (("clblast", 8), ("apus", 0.5)):
                other = rounds.median(peer, threads, work)
                if time and other:
                    yield report.above(
                        f"TARGET {work} on OpenCL, {count(threads)}, {peer}",
                        gigaflops(work, time), "GFLOP/s", gigaflops(work, other), ratio,
                        "CLBlast's net is its products alone" if "net" in work else "")
    for work in contenders.products(rounds.is_quick):
        time, other = (rounds.median(name, 2, work) for name in ("apus-opencl", "clblast"))
        if time and other and "1024x1024x1024" not in work:
            yield report.figure(
                f"{work} on OpenCL, 2 threads", gigaflops(work, time), "GFLOP/s",
                gigaflops(work, other), notes="peer: CLBlast")
    for work, bare in (("launch/wait", "launch_wait_us"), ("launch/queued", "launch_queued_us")):
        time = rounds.median("apus-opencl", 2, work)
        peer = [line[bare] for line in rounds.device if bare in line]
        if time and peer:
            yield report.figure(
                f"{work} on OpenCL", time, "us", sorted(peer)[len(peer) // 2],
                notes="peer: the bare interface, one kernel and no copy")
    for state, target in (("warm", 150), ("cold", None)):
        times = sorted(rounds.starts.get(state, []))
        if times:
            middle = times[len(times) // 2]
            yield report.figure(
                f"{'TARGET ' if target else ''}start of OpenCL, {state} cache", middle, "ms",
                target=f"<= {target} ms" if target else None,
                met=middle <= target if target else None,
                notes="until the first score of a small net")


def all_figures(rounds):
    figures = [
        *product_rows(rounds, "apus", LIBRARIES, "fma512", ""),
        *product_rows(rounds, "apus-avx2", LIBRARIES_AVX2, "fma256", ", AVX2"),
        *net_rows(rounds), *net_targets(rounds), *step_targets(rounds), *opencl_targets(rounds),
        unmeasured("TARGET GPU f32 sgemm 4096", "ratio >= 0.85 against cuBLAS", NO_GPU),
        unmeasured("TARGET GPU tf32 sgemm 4096", "ratio >= 0.6 against cuBLAS", NO_GPU),
        unmeasured(
            "TARGET GPU net on 65536 rows", "ratio >= 8 against PyTorch, 3 compiled", NO_GPU),
    ]
    # The table of targets comes last, where it is seen.
    return sorted(figures, key=lambda row: row["figure"].startswith("TARGET"))
