"""Scores the rows of a made-up table with Apus and with its peers, and compares them.

usage: bench.py BINARIES OUTPUT.json

The net is 17-64-64-1, trained for one epoch on 20,000 rows of 17 numbers. Five rounds; in each,
Apus in process, the peers in process and Apus over loopback take turns, each as a process of its
own. The figures are medians of the rounds. Over loopback there are two servers on their defaults:
one that the system schedules as it likes, client and echo likewise, where the waking of an idle
core is most of the latency; and one that shares a single core with its client, as the two ends of
the echo do, where what is left is the work of the software.
"""

import contextlib

import json
import os
import random
import signal
import statistics
import subprocess
import sys
import tempfile

sys.path.append(os.path.join(os.path.dirname(__file__), "..", "common"))
import report

ROUNDS = 5
ROWS = 20_000
COLUMNS = 17
SEED = 42
# How many times the bare echo's round trip one of Apus may take, at the median, on one core.
RATIO = 3
PEERS = os.path.join(os.path.dirname(__file__), "peers.py")


def write_table(path):
    draw = random.Random(SEED)
    with open(path, "w", encoding="utf-8") as file:
        file.write(",".join([f"x{column}" for column in range(COLUMNS)] + ["label"]) + "\n")
        for _ in range(ROWS):
            row = [draw.gauss(0, 1) for _ in range(COLUMNS)]
            label = row[0] * row[1] + row[2] + draw.gauss(0, 1) > 0
            file.write(",".join([f"{x:.6f}" for x in row] + ["yes" if label else "no"]) + "\n")


def output(*command, cores=None):
    return json.loads(subprocess.run(
        command, check=True, stdout=subprocess.PIPE, preexec_fn=lambda: pin(cores)).stdout)


def pin(cores):
    if cores:
        os.sched_setaffinity(0, cores)


@contextlib.contextmanager
def serving(apus, models, cores=None):
    """The address of a server, which has stopped cleanly afterwards."""
    server = subprocess.Popen(
        [apus, "serve", "--models", models, "--listen", "127.0.0.1:0", "--device", "cpu"],
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, preexec_fn=lambda: pin(cores))
    try:
        yield json.loads(server.stdout.readline())["address"]
    finally:
        server.send_signal(signal.SIGTERM)
        if server.wait(timeout=30) != 0:
            sys.exit("the server did not stop cleanly")


def rounds(binaries, folder):
    """The figures of each round."""
    apus, bench = (os.path.join(binaries, name) for name in ("apus", "apus-bench-scoring"))
    table, models = os.path.join(folder, "table.csv"), os.path.join(folder, "models")
    model = os.path.join(models, "bench")
    write_table(table)
    output(apus, "train", "--data", table, "--label", "label", "--output", model, "--epochs", "1",
           "--hidden", "64,64", "--device", "cpu", "--json")
    weights = os.path.join(model, "1", "weights.safetensors")
    one_core = {min(os.sched_getaffinity(0))}
    results = []
    with serving(apus, models) as free, serving(apus, models, one_core) as pinned:
        for _ in range(ROUNDS):
            result = output(bench, "process", model, table, folder)
            for peer in ("onnxruntime", "numpy"):
                peer_result = output(sys.executable, PEERS, peer, weights, folder)
                result.update({f"{peer}/{name}": value for name, value in peer_result.items()})
            for place, address, cores in (("free", free, None), ("one core", pinned, one_core)):
                loopback = output(bench, "loopback", address, model, table, cores=cores)
                result.update({f"{place}/{name}": value for name, value in loopback.items()})
            results.append(result)
    return results


def figures(results):
    def median(name):
        return statistics.median(result[name] for result in results)

    def spread(name):
        values = [result[name] / 1e3 for result in results]
        return f"median of {ROUNDS} rounds, {min(values):.3g} to {max(values):.3g}"

    one_thread = "one thread each, called from its own language"
    for peer in ("onnxruntime", "numpy"):
        shape = results[0][f"{peer}/shape"]
        error = max(result[f"{peer}/error"] for result in results)
        if shape != f"{COLUMNS}-64-64-1":
            sys.exit(f"{peer} computes another net: {shape}")
        yield report.figure(f"answers, apart from {peer}", error, "", None, "value <= 1e-5",
                            error <= 1e-5, f"largest difference of {ROWS} rows, net {shape}")
        for percentile in ("p50", "p99"):
            name = f"process/features/1 {percentile}"
            yield report.below(
                f"one row in process, {percentile}, {peer}", median(name) / 1e3, "us",
                median(f"{peer}/1 {percentile}") / 1e3, 1, f"{one_thread}; {spread(name)}")
        for batch in (256, 4096):
            name = f"process/features/{batch} p50"
            yield report.above(
                f"batches of {batch} in process, {peer}", batch * 1e9 / median(name), "rows/s",
                batch * 1e9 / median(f"{peer}/{batch} p50"), 1,
                f"{one_thread}; from the p50 of a call; {spread(name)} us a call")
    for percentile in ("p50", "p99"):
        name = f"process/columns/1 {percentile}"
        yield report.figure(f"one raw row in process, {percentile}", median(name) / 1e3, "us",
                            notes=f"one thread, transforms included; {spread(name)}")

    for place in ("free", "one core"):
        pinning = {"free": "nothing pinned", "one core": "server and client on one core"}[place]
        for client, rows, who in (
                ("client", "columns", "Swift client"), ("bare", "columns", "blocking socket"),
                ("bare", "features", "blocking socket, features")):
            for percentile in ("p50", "p99", "p99.9"):
                name = f"{place}/loopback/{client}/{rows} {percentile}"
                arguments = (f"one row over TCP, {place}, {who}, {percentile}",
                             median(name) / 1e3, "us",
                             median(f"{place}/loopback/echo {percentile}") / 1e3)
                notes = (f"{pinning}; peer: echo of 64 bytes; one request in flight; "
                         + f"{'raw ' if rows == 'columns' else ''}{rows}; {spread(name)}")
                # Tails, and which core is woken, say more of the machine than of a server.
                yield (report.below(*arguments, RATIO, notes)
                       if (place, percentile) == ("one core", "p50")
                       else report.figure(*arguments, notes=notes))
        for batch in (7, 4096):
            name = f"{place}/loopback/batch/{batch}"
            yield report.figure(
                f"batches of {batch} over TCP, {place}", 1e9 / median(name), "rows/s",
                notes=f"{pinning}; eight requests in flight; raw columns")


def main():
    binaries, path = sys.argv[1:]
    with tempfile.TemporaryDirectory() as folder:
        results = rounds(binaries, folder)
    sys.exit(0 if report.write(list(figures(results)), path) else 1)


if __name__ == "__main__":
    main()
