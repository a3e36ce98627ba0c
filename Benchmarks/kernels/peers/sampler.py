"""Timing as the peers in C do it, for the peers that have only a Python interface."""

import json
import math
import time


def measure(work, call, seconds, error, bound, info, wait=None, group_seconds=5e-6):
    """Times calls in groups, each ended by a wait where there is one; prints a line of JSON.

    It has been called once before, for its answer.
    """
    def group(calls):
        start = time.perf_counter()
        for _ in range(calls):
            call()
        if wait:
            wait()
        return time.perf_counter() - start

    calls, was_long = 1, False
    while True:
        spent = group(calls)
        if spent < group_seconds and calls < 1 << 20:
            calls, was_long = calls * 2, False
        elif spent >= 20 * group_seconds or was_long:
            break
        else:
            # An interruption makes a short group look long: it must be so twice, or by far.
            was_long = True
    samples, end = [spent / calls * 1e6], time.perf_counter() + seconds
    while time.perf_counter() < end:
        samples.append(group(calls) / calls * 1e6)
    samples.sort()
    print(json.dumps({
        "work": work, "us": samples[len(samples) // 2], "us_low": samples[0],
        "us_p99": samples[len(samples) * 99 // 100], "samples": len(samples), "group": calls,
        "error": error if math.isfinite(error) else 1e300, "bound": bound, "info": info,
    }), flush=True)
