"""What the machine is, and what it can do at most."""

import os
import re
import resource
import statistics
import time


def _processor():
    fields = {}
    with open("/proc/cpuinfo", encoding="utf-8") as file:
        for line in file.read().split("\n\n")[0].splitlines():
            name, _, value = line.partition(":")
            fields[name.strip()] = value.strip()
    return fields


def name():
    """A folder's name for the machine: its processor and the number of its CPUs."""
    fields = _processor()
    words = [fields.get("model name", "cpu"), fields.get("cpu family", ""),
             fields.get("model", ""), f"{os.cpu_count()} cpus"]
    text = re.sub(r"\((r|tm)\)|processor", "", " ".join(words).lower())
    return re.sub(r"[^a-z0-9]+", "-", text).strip("-")


def second_level_bytes():
    """The size of a core's second cache, 0 where the system does not say."""
    try:
        with open("/sys/devices/system/cpu/cpu0/cache/index2/size", encoding="utf-8") as file:
            return int(file.read().strip().removesuffix("K")) * 1024
    except (OSError, ValueError):
        return 0


class Disturbance:
    """How much of a CPU programs other than our own took meanwhile, in `share`."""

    def __enter__(self):
        self.start, self.busy, self.own = time.monotonic(), *self._seconds()
        return self

    def __exit__(self, *_):
        busy, own = self._seconds()
        spent = time.monotonic() - self.start
        self.share = max(0, busy - self.busy - (own - self.own)) / spent if spent else 0

    @staticmethod
    def _seconds():
        """The seconds that all CPUs were busy, and those that our own children took."""
        with open("/proc/stat", encoding="utf-8") as file:
            user, nice, system, _, _, interrupt, soft, *_ = map(int, file.readline().split()[1:])
        own = resource.getrusage(resource.RUSAGE_CHILDREN)
        ticks = os.sysconf("SC_CLK_TCK")
        return ((user + nice + system + interrupt + soft) / ticks, own.ru_utime + own.ru_stime)


def count(threads):
    return f"{threads} thread" if threads == 1 else f"{threads} threads"


def describe(rounds):
    """Prints the machine, its limits, the libraries and the rows that were voided."""
    fields = _processor()
    print(f"{fields.get('model name')}, family {fields.get('cpu family')},"
          f" model {fields.get('model')}, {os.cpu_count()} CPUs; one thread is pinned to CPU"
          f" {rounds.cpus[-1]}, two to CPUs {rounds.cpus[-2:]}")
    for threads in (1, 2):
        limits = {name: rate for (name, count), rate in rounds.limits.items() if count == threads}
        if limits:
            print(f"{count(threads)}: multiply-adds {limits['fma512']:.0f} GFLOP/s by 512 bits,"
                  f" {limits['fma256']:.0f} by 256; reads " + ", ".join(
                      f"{limits[level]:.0f} GB/s from {level}"
                      for level in ("L1", "L2", "L3", "memory")))
    for contender, info in rounds.infos.items():
        if info:
            print(f"{contender}: {info.strip()}")
    if rounds.disturbances:
        print("other programs took at the median"
              f" {statistics.median(rounds.disturbances):.0%} of a CPU, at most"
              f" {max(rounds.disturbances):.0%}")
    for voided in sorted(set(rounds.voided)):
        print("void: " + " ".join(str(part) for part in voided))
    print()
