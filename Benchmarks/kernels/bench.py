"""Measures Apus's kernels beside the libraries that a user would pick instead.

usage: bench.py APUS-BENCH-KERNELS FOLDER OUTPUT [--quick] [--rounds COUNT] [--keep FOLDER]

FOLDER holds the compiled peers. OUTPUT.json and OUTPUT.txt get the figures, OUTPUT.svg a plot;
--keep copies them into a folder of the machine's own. All take turns, round by round, each as a
process of its own, and the median of the rounds counts. Each checks its answers against double
precision first; a wrong one voids the row.
"""

import argparse
import contextlib
import io
import json
import os
import shutil
import statistics
import subprocess
import sys
import sysconfig
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path += [os.path.join(HERE, "..", "common"), os.path.join(HERE, "peers")]
import contenders
import figures
import machine
import nets
import plot
import report

LIMIT_SECONDS = 300


def run(command, environment, cpus):
    """The lines of JSON that a program prints; what it cannot do is said and left out."""
    try:
        done = subprocess.run(
            command, env={**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3", **environment},
            capture_output=True, text=True, timeout=LIMIT_SECONDS, check=False,
            preexec_fn=lambda: os.sched_setaffinity(0, cpus))
    except (OSError, subprocess.TimeoutExpired) as failure:
        print(f"left out: {failure}", file=sys.stderr)
        return []
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["it says nothing"])[-1]
        print(f"{os.path.basename(command[0])} failed: {last}", file=sys.stderr)
    return [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]


class Rounds:
    """What was measured: samples by contender, threads and work, and the machine's limits."""

    def __init__(self, apus, folder, is_quick):
        self.apus, self.folder, self.is_quick = apus, folder, is_quick
        self.seconds = 0.04 if is_quick else 0.06
        self.cpus = sorted(os.sched_getaffinity(0))
        self.samples, self.limits, self.starts, self.device = {}, {}, {}, []
        self.infos, self.voided, self.disturbances = {}, [], []

    def pinned(self, threads):
        """The last CPUs: interrupts mostly go to the first."""
        return set(self.cpus[-threads:])

    def measure(self, contender):
        cpus = self.pinned(contender.threads) if contender.is_pinned else set(self.cpus)
        command = contender.arguments(self.seconds)
        with machine.Disturbance() as others:
            lines = run(command, contender.environment, cpus)
        self.disturbances.append(others.share)
        for line in lines:
            key = (contender.name, contender.threads, line["work"])
            if "failure" in line or line["error"] > line["bound"]:
                self.voided.append((*key, line.get("failure", f"error {line.get('error')}")))
                continue
            self.samples.setdefault(key, []).append(line)
            self.infos[contender.name] = line.get("info", "")

    def measure_machine(self):
        for threads in (1, 2):
            command = [os.path.join(self.folder, "roofline"), str(threads), f"{self.seconds * 3:g}"]
            for line in run(command, {}, self.pinned(threads)):
                for name, rate in line.items():
                    # A limit is the best that was ever seen.
                    known = self.limits.get((name, threads), 0)
                    self.limits[name, threads] = max(rate, known)
        command = [os.path.join(self.folder, "opencl"), "0", "0.1"]
        self.device += run(command, {}, set(self.cpus))

    def measure_starts(self):
        with tempfile.TemporaryDirectory() as caches:
            environment = {
                "XDG_CACHE_HOME": os.path.join(caches, "apus"),
                "POCL_CACHE_DIR": os.path.join(caches, "pocl")}
            for state in ("cold", "warm"):
                command = [self.apus, "opencl:0", "1", "0", "start"]
                for line in run(command, environment, set(self.cpus)):
                    if "us" in line:
                        self.starts.setdefault(state, []).append(line["us"] / 1e3)

    def run(self, count):
        packages = sysconfig.get_path("purelib")
        everyone = list(contenders.all_contenders(
            self.apus, self.folder, packages, self.is_quick))
        for number in range(count):
            self.measure_machine()
            self.measure_starts()
            for contender in everyone:
                self.measure(contender)
            print(f"round {number + 1} of {count} is over", file=sys.stderr)

    def median(self, name, threads, work):
        """The median microseconds of a call; nothing where there is no right answer."""
        lines = self.samples.get((name, threads, work), [])
        return statistics.median(line["us"] for line in lines) if lines else None

    def spread(self, name, threads, work):
        """The lowest and the highest round in words."""
        times = [line["us"] for line in self.samples.get((name, threads, work), [])]
        return f"{len(times)} rounds of {min(times):.4g} to {max(times):.4g} us" if times else ""


def main():
    parser = argparse.ArgumentParser(usage=__doc__.split("usage: ")[1].split("\n")[0])
    parser.add_argument("apus")
    parser.add_argument("folder")
    parser.add_argument("output")
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--keep")
    arguments = parser.parse_args()
    for name, rows in contenders.NETS:
        path = os.path.join(arguments.folder, f"{name}-{rows}")
        nets.write_onnx(contenders.widths(name), rows, path + ".onnx")
        nets.write_lite(contenders.widths(name), rows, path + ".tflite")

    rounds = Rounds(arguments.apus, arguments.folder, arguments.quick)
    rounds.run(1 if arguments.quick else arguments.rounds)
    text = io.StringIO()
    with contextlib.redirect_stdout(text):
        machine.describe(rounds)
        is_met = report.write(figures.all_figures(rounds), arguments.output + ".json")
    print(text.getvalue(), end="")
    with open(arguments.output + ".txt", "w", encoding="utf-8") as file:
        file.write(text.getvalue())
    plot.write(rounds, arguments.output + ".svg")
    if arguments.keep:
        folder = os.path.join(arguments.keep, machine.name())
        os.makedirs(folder, exist_ok=True)
        for suffix in (".json", ".txt", ".svg"):
            shutil.copy(arguments.output + suffix, os.path.join(folder, "kernels" + suffix))
    sys.exit(0 if is_met else 1)


if __name__ == "__main__":
    main()
