"""The round trip of one row that a Python program sees; prints p50 and p99 in us as JSON.

usage: python_client.py (triton | apus) PORT ROW.f32 SECONDS
"""

import json
import sys
import time

import numpy

WARM_UP = 200


def triton(port, rows):
    import tritonclient.grpc as client

    connection = client.InferenceServerClient(f"127.0.0.1:{port}")

    def score():
        tensor = client.InferInput("rows", list(rows.shape), "FP32")
        tensor.set_data_from_numpy(rows)
        return connection.infer("net", [tensor]).as_numpy("scores")

    return score


def apus(port, rows):
    import apus_client

    client = apus_client.Client(f"127.0.0.1:{port}")
    model = client.model("bench")
    return lambda: client.score(model, rows)


def main():
    name, port, path, seconds = sys.argv[1:]
    rows = numpy.fromfile(path, "<f4").reshape(1, -1)
    score = {"triton": triton, "apus": apus}[name](port, rows)
    for _ in range(WARM_UP):
        score()
    microseconds = []
    end = time.perf_counter() + float(seconds)
    while time.perf_counter() < end:
        start = time.perf_counter_ns()
        score()
        microseconds.append((time.perf_counter_ns() - start) / 1e3)
    p50, p99 = numpy.percentile(microseconds, (50, 99))
    print(json.dumps({"answered": len(microseconds), "latency": {"p50": p50, "p99": p99}}))


if __name__ == "__main__":
    main()
