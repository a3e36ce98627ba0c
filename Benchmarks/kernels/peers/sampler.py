"""Timing as the peers in C do it, for the peers that have only a Python interface."""

import json
import math
import time


def measure(work, call, seconds, error, bound, info, wait=None, group_seconds=5e-6):
    """Times calls in groups, each ended by a wait where there is one; prints a line of JSON."""
    def group(calls):
        start = time.perf_counter()
        for _ in range(calls):
            call()
        if wait:
            wait()
        return time.perf_counter() - start

    group(1)
    calls, spent = 1, group(1)
    while spent < group_seconds and calls < 1 << 20:
        calls *= 2
        spent = group(calls)
    samples, end = [spent / calls * 1e6], time.perf_counter() + seconds
    while time.perf_counter() < end:
        samples.append(group(calls) / calls * 1e6)
    samples.sort()
    print(json.dumps({
        "work": work, "us": samples[len(samples) // 2], "us_low": samples[0],
        "us_p99": samples[len(samples) * 99 // 100], "samples": len(samples), "group": calls,
        "error": error if math.isfinite(error) else 1e300, "bound": bound, "info": info,
    }), flush=True)
