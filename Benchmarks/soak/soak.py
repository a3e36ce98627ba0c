#!/usr/bin/env python3
"""Loads a real server for long, with faults and model swaps, and keeps books.

It fails unless as many requests were answered as were sent, equal rows of a version always had equal
bits, memory did not grow, and descriptors and threads were as many as before. At the end memory is
leaked on purpose, by frames that are never finished: the same test of growth must see it.
"""

import argparse
import random
import threading
import time

import faults
import load
import server as processes

# The requests that each connection keeps in flight.
DEPTHS = [1, 1, 2, 3, 4, 6]
# Growth that the first minutes of any process show: caches, and the heap's own spare memory.
ALLOWED_BYTES = 2 << 20


def growth(samples):
    """The bytes by which a straight line through (second, bytes) rises over the whole time."""
    count = len(samples)
    mean_time = sum(t for t, _ in samples) / count
    mean_bytes = sum(b for _, b in samples) / count
    spread = sum((t - mean_time) ** 2 for t, _ in samples) or 1
    slope = sum((t - mean_time) * (b - mean_bytes) for t, b in samples) / spread
    return slope * (samples[-1][0] - samples[0][0])


class Soak:
    def __init__(self, apus, minutes, seed, folder, judges_memory):
        self.seconds = minutes * 60
        self.judges_memory = judges_memory
        self.random = random.Random(seed)
        self.server = processes.Server(apus, folder)
        self.books = load.Books()
        self.mistakes = []
        self.faults = self.swaps = 0

    def expect(self, condition, sentence):
        if not condition:
            self.mistakes.append(sentence)

    def run(self):
        stopping = threading.Event()
        connections = [
            load.Connection(self.server.port, self.books, stopping, depth, self.random.random())
            for depth in DEPTHS]
        for connection in connections:
            connection.prepare("visits")
        for connection in connections:
            connection.start()
        descriptors, threads = self.server.descriptors(), self.server.threads()
        self.files = self.server.open_files()
        begin = time.monotonic()
        samples = self.play(begin, descriptors, threads)
        stopping.set()
        for connection in connections:
            connection.join(60)
            self.expect(not connection.is_alive(), "a connection still waits for a reply")
        idle = descriptors - len(DEPTHS)
        count = self.server.settled(idle)
        self.expect(count == idle, f"{count} descriptors are open without clients, not {idle}")
        self.judge(samples)
        self.leak_on_purpose()
        code = self.server.stop()
        self.expect(code == 0, f"the server ended with {code}")
        self.report(time.monotonic() - begin, samples, descriptors, threads)
        return not self.mistakes

    def play(self, begin, descriptors, threads):
        """Plays faults and swaps beside the load; returns seconds and resident bytes."""
        samples, version = [], 2
        next_sample = next_swap = next_count = 0.0
        while (now := time.monotonic() - begin) < self.seconds:
            if self.server.process.poll() is not None:
                self.expect(False, "the server is gone")
                break
            faults.run_one(self.server.port, self.random)
            self.faults += 1
            if now >= next_sample:
                samples.append((now, self.server.resident_bytes()))
                next_sample = now + 0.5
            if now >= next_swap:
                version = 3 - version
                self.server.swap(version)
                self.swaps += 1
                next_swap = now + 2
            if now >= next_count:
                count = self.server.settled(descriptors)
                self.expect(count == descriptors,
                            f"{count} descriptors after {now:.0f} s{self.new_files()}")
                count = self.server.threads()
                self.expect(count <= threads + 1, f"{count} threads after {now:.0f} s")
                next_count = now + 30
        return samples

    def new_files(self):
        """What is open now and was not at the start, for a report."""
        files = self.server.open_files()
        return "".join(f", {target} {files[target]}" for target in files.keys() - self.files.keys())

    def judge(self, samples):
        books = self.books
        self.expect(books.sent == books.answered,
                    f"{books.sent} requests were sent and {books.answered} answered")
        for what in books.wrong[:10]:
            self.expect(False, what)
        self.expect(len(books.versions) > 1, "no swap was seen by a request")
        self.grown = growth(samples[len(samples) // 3 :])
        self.expect(not self.judges_memory or self.grown < ALLOWED_BYTES,
                    f"memory grew by {self.grown / 1024:.0f} KiB")

    def leak_on_purpose(self):
        held, samples = [], []
        for step in range(60):
            held.append(faults.hold_memory(self.server.port))
            samples.append((step, self.server.resident_bytes()))
        self.leaked = growth(samples[len(samples) // 3 :])
        self.expect(not self.judges_memory or self.leaked > ALLOWED_BYTES,
                    f"a leak on purpose was taken for {self.leaked / 1024:.0f} KiB of growth")
        for peer in held:
            peer.close()

    def report(self, seconds, samples, descriptors, threads):
        books = self.books
        print(f"{seconds / 60:.1f} minutes, {self.faults} faults, {self.swaps} swaps")
        print(f"requests: {books.sent} sent, {books.answered} answered, {len(books.wrong)} wrong, by "
              + ", ".join(f"{h:#010x}: {n}" for h, n in sorted(books.versions.items())))
        print(f"memory: {samples[-1][1] / 2**20:.1f} MiB, grew by {self.grown / 1024:.0f} KiB in the "
              f"last two thirds; leaking on purpose by {self.leaked / 1024:.0f} KiB"
              + ("" if self.judges_memory else " (not judged)"))
        print(f"descriptors: {descriptors} and threads: {threads} under load, as at the start")
        for mistake in self.mistakes:
            print(f"FAILED: {mistake}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--apus", default=".build/release/apus")
    parser.add_argument("--minutes", type=float, default=30)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("--folder", default=".build/soak", help="for models and the log")
    parser.add_argument("--no-memory", action="store_true",
                        help="do not judge growth: sanitizers keep what was freed")
    options = parser.parse_args()
    print(f"seed {options.seed}", flush=True)
    soak = Soak(options.apus, options.minutes, options.seed, options.folder,
                not options.no_memory)
    try:
        raise SystemExit(0 if soak.run() else 1)
    finally:
        soak.server.process.kill()


if __name__ == "__main__":
    main()
