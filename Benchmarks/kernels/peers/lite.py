"""Times nets by TensorFlow Lite's interpreter with XNNPACK, from the package ai-edge-litert.

usage: lite.py FOLDER THREADS SECONDS WORK...     (FOLDER holds 17-64-64-1-32.tflite)

Only the interpreter's own Invoke is timed, called without its Python wrapper; the input stays in
its tensor, so what an embedding program would copy for each call is left out, in its favour.
"""

import sys
from importlib.metadata import version

import numpy
from ai_edge_litert import interpreter

import nets
from sampler import measure


def main():
    folder, threads, seconds, *works = sys.argv[1:]
    for work in works:
        _, name, batch = work.split("/")
        widths, batch = [int(width) for width in name.split("-")], int(batch)
        lite = interpreter.Interpreter(
            model_path=f"{folder}/{name}-{batch}.tflite", num_threads=int(threads))
        lite.allocate_tensors()
        features = nets.rows(widths, batch)
        lite.set_tensor(lite.get_input_details()[0]["index"], features)
        lite.invoke()
        found = lite.get_tensor(lite.get_output_details()[0]["index"])
        error = float(numpy.abs(found - nets.scores(widths, features)).max())
        measure(
            work, lite._interpreter.Invoke, float(seconds), error, 1e-5,
            f"LiteRT {version('ai-edge-litert')} with XNNPACK, Invoke called from Python")


if __name__ == "__main__":
    main()
