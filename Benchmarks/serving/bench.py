"""Measures servers in turn and compares them; see run.sh and ../README.md.

usage: bench.py --binaries FOLDER --built FOLDER --output FILE.json [--quick] [--rounds COUNT]
                [--only PATTERN]

All servers share core 0, and are paused but for the one whose turn it is; the one load generator
has core 1, or core 0 as well where it says "same core". Rounds are interleaved; the median of the
rounds counts, and of a ratio the median of the rounds' own, for the host is not as fast in each.
With a pattern, only the measurements whose names it is found in are made, and figures that need
others are left out.
"""

import argparse
import contextlib
import json
import os
import re
import signal
import statistics
import subprocess
import sys
import tempfile
import time

sys.path.append(os.path.join(os.path.dirname(__file__), "..", "common"))
import report

import contenders
import figures
import frames
from net import Net
from processes import CLIENT_CORE, SERVER_CORE, Process, free_port, stop_all
from swaps import Swaps

# What is measured: by whom, and how the load is put on.
PEERS = ["triton", "vowpal", "mosec", "fastapi"]
OPEN_LOOP = ["--connections", "16", "--poisson", "8000", "--io", "spin"]
MEASUREMENTS = {
    "split": (["echo", "apus", "apus keep-awake", *PEERS], ["--io", "block"]),
    "same core": (["echo", "apus"], ["--io", "block"]),
    "client polling": (["echo", "C floor", "apus", *PEERS], ["--io", "spin"]),
    "both polling": (["spinning echo", "apus busy-poll"], ["--io", "spin"]),
    "16 clients": (["echo", "C floor", "apus", *PEERS], ["--connections", "16"]),
    # A child of Vowpal Wabbit serves one connection, and has as many children as the row above.
    "64 clients": (["echo", "apus", "triton", "mosec", "fastapi"], ["--connections", "64"]),
    "open loop": (["echo", "apus"], OPEN_LOOP),
    "no swaps": (["apus swapped"], OPEN_LOOP),
    "swaps": (["apus swapped"], OPEN_LOOP),
    "pipelined": (["C floor", "apus"], ["--connections", "4", "--depth", "16"]),
    "raw columns": (["apus"], []),
    "python client": (["apus", "triton"], []),
    # As many outstanding as keep the server busy: with four it waits for the client.
    "256 rows": (["apus"], ["--depth", "16", "--rows-per-frame", "256"]),
}
# Turns of several swaps each.
LONGER = {"no swaps": 4, "swaps": 4}
STARTS = 5
HERE = os.path.dirname(os.path.abspath(__file__))


class Bench:
    """The servers, and what was measured of them."""

    def __init__(self, arguments, folder):
        self.apus = os.path.join(arguments.binaries, "apus")
        self.scoring = os.path.join(arguments.binaries, "apus-bench-scoring")
        self.seconds, self.warm_up = (0.4, 0.1) if arguments.quick else (1.5, 0.3)
        self.rounds = 1 if arguments.quick else arguments.rounds
        self.is_partial = bool(arguments.only)
        self.measurements = {
            name: what for name, what in MEASUREMENTS.items()
            if re.search(arguments.only or "", name)}
        names = {name for contenders, _ in self.measurements.values() for name in contenders}
        self.contenders = {name for name in contenders.ALL if name in names}
        self.folder = folder
        self.net = Net(self.apus, folder)
        self.setting = contenders.Setting(
            self.apus, os.path.abspath(arguments.built), folder, self.net)
        self.running, self.absent, self.results = {}, {}, {}
        self.round = 0
        self.inside = None

    def start(self):
        """Starts every contender that can be started, and pauses it."""
        first = contenders.apus(self.setting, "apus")
        self.setting.apus_port = first.port
        self.setting.request = contenders.Request(self.setting)
        raw = frames.recorded(self.apus, first.port, "--raw")[1]
        request = self.setting.request
        self.setting.pair = [
            self.setting.file(name, data) for name, data in
            (("hello", request.hello), ("floats", request.frame), ("raw", raw))]
        contenders.check("apus", self.setting.request.scores,
                         self.net.scores(self.setting.request.rows))
        first.process.stop()
        self.setting.row = self.setting.file("row.f32", self.setting.request.rows.tobytes())
        for name, make in contenders.ALL.items():
            if name not in self.contenders:
                continue
            try:
                self.running[name] = make(self.setting, name)
                if name in contenders.FOR_ITS_TURN:
                    self.running[name].process.stop()
                else:
                    self.running[name].process.pause()
            except (contenders.NotMeasured, ImportError, OSError) as error:
                self.absent[name] = str(error)
                print(f"not measured: {name}: {error}", file=sys.stderr)

    def measure(self):
        for self.round in range(self.rounds):
            print(f"round {self.round + 1} of {self.rounds}", file=sys.stderr)
            for measurement, (names, options) in self.measurements.items():
                core = SERVER_CORE if measurement == "same core" else CLIENT_CORE
                for name in names:
                    if name in self.running:
                        self.turn(measurement, name, options, core)

    def turn(self, measurement, name, options, core):
        if name in contenders.FOR_ITS_TURN:
            # A paused one would keep the processors awake for all.
            self.running[name] = contenders.ALL[name](self.setting, name)
        try:
            self.load(measurement, name, options, core)
        finally:
            if name in contenders.FOR_ITS_TURN:
                self.running[name].process.stop()

    def load(self, measurement, name, options, core):
        contender = self.running[name]
        process = contender.process
        process.resume()
        before = process.processor_seconds()
        swaps = Swaps(contender.admin) if measurement == "swaps" else contextlib.nullcontext()
        try:
            with swaps:
                result = frames.load(self.command(measurement, contender, options, core))
        except RuntimeError as error:
            print(f"{measurement}, {name}: {error}", file=sys.stderr)
            return
        finally:
            process_seconds = process.processor_seconds() - before
            process.pause()
        result = result.get("results", {}).get("score", result)
        result["processor"] = process_seconds * 1e6 / result["answered"]
        self.results.setdefault((measurement, name), {})[self.round] = result

    def command(self, measurement, contender, options, core):
        seconds = self.seconds * LONGER.get(measurement, 1)
        if measurement == "python client":
            return ["taskset", "-c", str(core), sys.executable,
                    os.path.join(HERE, "python_client.py"), contender.name,
                    str(contender.port), self.setting.row, str(seconds)]
        if measurement == "raw columns":
            return ["taskset", "-c", str(core), sys.executable, os.path.join(HERE, "paired.py"),
                    str(contender.port), str(seconds), *self.setting.pair]
        return [*contender.load, "--cpu", str(core), "--warm-up", str(self.warm_up), "--duration",
                str(seconds), *options]

    def by_round(self, measurement, name, *path):
        """A figure of each round in which it was measured."""
        values = {}
        for number, value in self.results.get((measurement, name), {}).items():
            for key in path:
                value = value[key]
            values[number] = value
        return values

    def value(self, measurement, name, *path):
        """The median of a figure over the rounds; nothing where it was not measured."""
        values = self.by_round(measurement, name, *path)
        return statistics.median(values.values()) if values else None

    def in_process(self, name):
        """The nanoseconds of one call of a scorer in a process of its own."""
        if self.inside is None:
            output = subprocess.run(
                [self.scoring, "process", self.net.folder, self.net.table, self.folder],
                check=True, stdout=subprocess.PIPE,
                preexec_fn=lambda: os.sched_setaffinity(0, {SERVER_CORE}))
            self.inside = json.loads(output.stdout)
        return self.inside[f"process/{name} p50"]

    def starts(self):
        """Milliseconds from the start of the process to its first answer, and its memory then."""
        request, milliseconds, memory = self.setting.request, [], 0
        for _ in range(STARTS):
            port = free_port()
            process = Process(
                [self.apus, "serve", "--models", self.net.models, "--listen",
                 f"127.0.0.1:{port}", "--device", "cpu"])
            while True:
                try:
                    answer = frames.answer(port, request.hello, request.frame)
                    break
                except ConnectionError:
                    continue
            milliseconds.append((time.perf_counter() - process.started) * 1e3)
            if frames.scores(answer, 1) != request.scores:
                sys.exit("a server that just started gave another score")
            memory = process.resident_megabytes()
            process.stop()
        return statistics.median(milliseconds), memory


def main():
    parser = argparse.ArgumentParser()
    for name in ("--binaries", "--built", "--output"):
        parser.add_argument(name, required=True)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--only", metavar="PATTERN")
    arguments = parser.parse_args()
    if len(os.sched_getaffinity(0)) < 2:
        sys.exit("two cores are needed: one for the servers, one for the load")
    # As an exit, so that no server is left behind.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    with tempfile.TemporaryDirectory() as folder:
        try:
            bench = Bench(arguments, folder)
            bench.start()
            bench.measure()
            rows = list(figures.all_of(bench))
            if arguments.only:
                rows = [row for row in rows if row["value"] is not None]
        finally:
            stop_all()
    is_met = report.write(rows, arguments.output)
    for row in rows:
        if row["value"] is None:
            print(f"{row['figure']}: {row['notes']}")
    sys.exit(0 if is_met else 1)


if __name__ == "__main__":
    main()
