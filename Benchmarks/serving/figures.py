"""The figures of the benchmark, each with its floor or peer, its ratio and its target."""

import statistics

import report


def all_of(bench):
    """Every figure, in the order of the targets."""
    yield from one_client(bench)
    yield from added(bench)
    yield from many_clients(bench)
    yield from modes(bench)
    yield from throughput(bench)
    yield python_client(bench)
    yield swaps(bench)
    yield from life(bench)


def missing(name, unit, notes):
    return report.figure(name, None, unit, notes=notes)


def why(bench, measurement, *names):
    """Why a figure of some contenders is missing."""
    for name in names:
        if name in bench.absent:
            return f"not measured: {bench.absent[name]}"
    return f"not measured: {measurement} failed, see above"


def latency(bench, measurement, name, percentile):
    return bench.by_round(measurement, name, "latency", percentile)


def rate(bench, measurement, name):
    return bench.by_round(measurement, name, "requestsPerSecond")


def apart(values, base):
    """What the values of each round are above those of a base."""
    return {number: values[number] - base[number] for number in values.keys() & base.keys()}


def compare(
    bench, name, unit, measurement, contenders, values, ratio, rule=report.below, by_round=True
):
    """A figure of ours beside another's, or why there is none.

    Differences of nearly equal times may be nothing in a round, so of them the medians are divided.
    """
    ours, theirs = values
    both = ours.keys() & theirs.keys()
    if not both:
        return missing(name, unit, why(bench, measurement, *contenders))
    measured = statistics.median(ours[i] / theirs[i] for i in both) if by_round else None
    ours, theirs = (statistics.median(side[i] for i in both) for side in values)
    return rule(name, ours, unit, theirs, ratio, f"median of {bench.rounds} rounds", measured)


def over_floor(bench, measurement, ours, floor, bounds):
    """Latencies of one measurement over those of a floor."""
    for percentile, ratio in bounds:
        values = [latency(bench, measurement, name, percentile) for name in (ours, floor)]
        yield compare(
            bench, f"{measurement}, {ours}, {percentile} over the {floor}", "us", measurement,
            (ours, floor), values, ratio)


def one_client(bench):
    for measurement, ratio in (("split", 1.08), ("same core", 1.3), ("client polling", 1.2)):
        bounds = (("p50", ratio), ("p99", 1.3), ("p99.9", 2))
        yield from over_floor(bench, measurement, "apus", "echo", bounds)


def added(bench):
    """What a server adds to the echo, where the client's wake-up does not hide it."""
    measurement = "client polling"
    base = latency(bench, measurement, "echo", "p50")
    for peer, times in (("triton", 6), ("vowpal", 2.5), ("mosec", 10)):
        values = [apart(latency(bench, measurement, name, "p50"), base) for name in ("apus", peer)]
        yield compare(
            bench, f"{measurement}, p50 added to the echo, beside {peer}", "us", measurement,
            ("apus", peer), values, round(1 / times, 3), by_round=False)


def python_client(bench):
    """What the clients in Python add to the echo between two programs in C."""
    measurement = "python client"
    base = latency(bench, "split", "echo", "p50")
    values = [apart(latency(bench, measurement, name, "p50"), base) for name in ("apus", "triton")]
    return compare(
        bench, "Python client, p50 added to the echo, beside tritonclient", "us", measurement,
        ("apus", "triton"), values, 0.25, by_round=False)


def many_clients(bench):
    bounds = (("echo", 0.75), ("triton", 3), ("vowpal", 3), ("mosec", 10), ("fastapi", 10))
    for measurement in ("16 clients", "64 clients"):
        for peer, ratio in bounds:
            if (measurement, peer) == ("64 clients", "vowpal"):
                continue
            values = [rate(bench, measurement, name) for name in ("apus", peer)]
            yield compare(
                bench, f"{measurement}, beside {peer}", "requests/s", measurement,
                ("apus", peer), values, ratio, report.above)
    yield from over_floor(bench, "open loop", "apus", "echo", (("p50", 1.25), ("p99", 1.5)))


def modes(bench):
    measurement, ours = "both polling", "apus busy-poll"
    yield from over_floor(bench, measurement, ours, "spinning echo", (("p50", 1.3),))
    values = [latency(bench, measurement, ours, "p50"),
              latency(bench, "client polling", "triton", "p50")]
    yield compare(
        bench, "both polling, p50, beside triton with a polling client", "us", measurement,
        (ours, "triton"), values, 0.2)
    values = [latency(bench, "split", name, "p50") for name in ("apus keep-awake", "apus")]
    yield compare(
        bench, "split, keep-awake, p50 over normal mode", "us", "split",
        ("apus keep-awake", "apus"), values, 0.333)


def throughput(bench):
    values = [rate(bench, "pipelined", name) for name in ("apus", "C floor")]
    yield compare(
        bench, "4 connections with 16 outstanding, beside the C floor", "requests/s", "pipelined",
        ("apus", "C floor"), values, 0.5, report.above)
    values = [bench.by_round("16 clients", name, "processor") for name in ("apus", "C floor")]
    yield compare(
        bench, "16 clients, server's processor a request over the C floor", "us", "16 clients",
        ("apus", "C floor"), values, 1.6)
    for peer in ("vowpal", "triton", "mosec", "fastapi"):
        spent = bench.value("16 clients", peer, "processor")
        if spent is not None:
            yield report.figure(
                f"16 clients, processor a request of {peer}", spent, "us", notes="no target")
    frames = rate(bench, "256 rows", "apus")
    inside = 256e9 / bench.in_process("features/256") if frames else None
    values = [{i: 256 * frames[i] for i in frames}, dict.fromkeys(frames, inside)]
    yield compare(
        bench, "frames of 256 rows, beside the rate in process", "rows/s", "256 rows", ("apus",),
        values, 0.6, report.above)
    name = "raw columns instead of ready floats, added to one row"
    added = bench.value("raw columns", "apus", "added")
    if added is None:
        yield missing(name, "us", why(bench, "raw columns", "apus"))
        return
    inside = (bench.in_process("columns/1") - bench.in_process("features/1")) / 1e3
    yield report.figure(name, added, "us", None, "value <= 1", added <= 1,
                        "17 numbers a row; median difference of neighbours, client polling")
    yield report.figure("the same in process", inside, "us", notes="no target")


def swaps(bench):
    """The tail while one version after the other is loaded and takes over."""
    ours = "apus swapped"
    values = [latency(bench, measurement, ours, "p99") for measurement in ("swaps", "no swaps")]
    return compare(
        bench, "open loop, p99 while a model is swapped every second, over p99 without", "us",
        "swaps", (ours,), values, 1.2)


def life(bench):
    if bench.is_partial:
        return
    milliseconds, memory = bench.starts()
    yield report.figure(
        "start to first correct answer", milliseconds, "ms", None, "value <= 60",
        milliseconds <= 60, "from the start of the process, on one core")
    yield report.figure(
        "resident memory, idle, one small model", memory, "MB", None, "value <= 40", memory <= 40,
        "after its first answer")
