"""Training speed in rows per second, beside the frameworks.

usage: bench.py OURS FOLDER OUTPUT.json [--quick]

FOLDER holds the compiled loop. Every training is a process of its own, pinned to as many of the last
CPUs as it has threads; all take turns, and the median of the rounds counts. A process's figure is
its fastest epoch after the first. A loss that is 20 % above ours voids a peer's row, and ours may
not be 20 % above the best peer's.
"""

import json
import math
import os
import statistics
import subprocess
import sys

import numpy

sys.path.append(os.path.join(os.path.dirname(__file__), "..", "common"))
import report  # noqa: E402

HERE = os.path.dirname(os.path.abspath(__file__))
# name, rows, net, batch, optimizer, loss, epochs, threads, {peer: at least so many times as fast}
WORKS = [
    ("batch 1", 4000, "17,64,64", 1, "rmsprop", "mse", 4, 1,
     {"loop": 1, "keras": 300, "keras-many": 60, "torch": 100, "numpy": None}),
    ("batch 32", 20000, "17,64,64", 32, "adam", "bce", 4, 1,
     {"loop": 2, "keras": 50, "keras-many": 22, "torch": 12, "sklearn": 12, "numpy": None}),
    ("batch 1024", 20480, "256,1024,512", 1024, "adam", "bce", 4, 2,
     {"keras": 1.6, "torch": 1.6, "numpy": 1.6, "sklearn": None}),
    ("gru", 6400, "gru:50,16,64", 64, "adam", "bce", 4, 1, {"torch": 1.5}),
    ("embedding", 131072, "embedding:26,1000000,16,64", 1024, "adagrad", "bce", 3, 2,
     {"torch": 3}),
]


def write_rows(path, rows, net):
    """Features, and a target that a net can learn but not know.

    Features are normal; identifiers are a few that are common and many that are not, as a hash
    spreads them over a table.
    """
    draw = numpy.random.default_rng(42)
    kind, _, numbers = net.rpartition(":")
    numbers = [int(n) for n in numbers.split(",")]
    if kind == "embedding":
        words = draw.zipf(1.2, (rows, numbers[0])).astype("u8")
        hashes = words * 2654435761 + numpy.arange(numbers[0], dtype="u8") * 40503
        x = (hashes % numbers[1]).astype("f4")
        z = numpy.where(words % 2 == 0, 1, -1).astype("f4").sum(1) / math.sqrt(numbers[0])
    else:
        width = numbers[0] * numbers[1] if kind == "gru" else numbers[0]
        x = draw.standard_normal((rows, width)).astype("f4")
        z = x @ draw.standard_normal(width) / math.sqrt(width)
        z += 0.5 * numpy.sin(2 * x[:, 0]) * x[:, 1]
    y = (z + 0.3 * draw.standard_normal(rows) > 0).astype("f4")
    with open(path, "wb") as file:
        file.write(x.tobytes() + y.tobytes())


def train(command, threads):
    """One process: rows per second are of its fastest epoch after the first."""
    cpus = sorted(os.sched_getaffinity(0))[-threads:]
    done = subprocess.run(
        ["taskset", "-c", ",".join(map(str, cpus))] + command, check=True, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    return json.loads(done.stdout.splitlines()[-1])


def measure(work, ours, folder, rounds):
    """Rows per second and loss of every contender, each the median of the rounds."""
    name, rows, net, batch, optimizer, loss, epochs, threads, peers = work
    path = os.path.join(folder, name.replace(" ", "-") + ".rows")
    write_rows(path, rows, net)
    task = [path, str(rows), net, str(batch), optimizer, loss, str(epochs)]
    commands = {"apus": [ours] + task + [str(threads)]}
    for peer in peers:
        commands[peer] = (
            [os.path.join(folder, "loop")] + task if peer == "loop" else
            [sys.executable, os.path.join(HERE, "peers", "frameworks.py"), peer] + task
            + [str(threads)])
    results = {contender: [] for contender in commands}
    for _ in range(rounds):
        for contender, command in commands.items():
            results[contender].append(train(command, threads))
    return {contender: (statistics.median(rows / min(r["epochs"][1:]) for r in runs),
                        statistics.median(r["loss"] for r in runs))
            for contender, runs in results.items()}


def main():
    ours, folder, output = sys.argv[1:4]
    rounds = 2 if "--quick" in sys.argv else 5
    figures = []
    for work in WORKS:
        name, _, net, _, optimizer, loss, _, threads, peers = work
        speeds = measure(work, ours, folder, rounds)
        speed, own_loss = speeds["apus"]
        learns = own_loss <= 1.2 * min(found for _, found in speeds.values())
        for peer, ratio in peers.items():
            peer_speed, peer_loss = speeds[peer]
            notes = (f"{net}-1, {optimizer}, {loss}, {threads} threads each; loss {own_loss:.4f} "
                     f"against {peer_loss:.4f}; median of {rounds} rounds")
            title = f"{name}, beside {peer}"
            if peer_loss > 1.2 * own_loss:
                figures.append(report.figure(title, speed, "rows/s", notes="void: " + notes))
            elif ratio is None:
                figures.append(report.figure(title, speed, "rows/s", peer_speed, notes=notes))
            else:
                row = report.above(title, speed, "rows/s", peer_speed, ratio, notes)
                figures.append(dict(row, met=row["met"] and learns))
    sys.exit(0 if report.write(figures, output) else 1)


if __name__ == "__main__":
    main()
