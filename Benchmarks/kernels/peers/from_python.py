"""Times nets by a peer's Python interface, on one thread or more.

usage: from_python.py PEER FOLDER THREADS SECONDS WORK...     (FOLDER holds 17-64-64-1-32.tflite)

lite-invoke   TensorFlow Lite with XNNPACK: the interpreter's own Invoke alone, without its Python
              wrapper; the input stays in its tensor, so that what an embedding program would copy
              for each call is left out, in the peer's favour
lite          the same as a program in Python calls it: set the input, invoke, get the output
onnx          ONNX Runtime as a program in Python calls it
"""

import sys
from importlib.metadata import version

import numpy

import nets
from sampler import measure


def lite(path, threads, features, is_bare):
    from ai_edge_litert import interpreter

    lite = interpreter.Interpreter(model_path=path + ".tflite", num_threads=threads)
    lite.allocate_tensors()
    source = lite.get_input_details()[0]["index"]
    result = lite.get_output_details()[0]["index"]

    def call():
        lite.set_tensor(source, features)
        lite.invoke()
        return lite.get_tensor(result)

    found = call()
    info = f"LiteRT {version('ai-edge-litert')} with XNNPACK"
    if is_bare:
        return lite._interpreter.Invoke, found, info + ", Invoke alone"
    return call, found, info + ", from Python"


def onnx(path, threads, features):
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads, options.inter_op_num_threads = threads, 1
    session = onnxruntime.InferenceSession(
        path + ".onnx", options, providers=["CPUExecutionProvider"])

    def call():
        return session.run(None, {"x": features})[0]

    return call, call(), f"ONNX Runtime {version('onnxruntime')}, from Python"


def main():
    peer, folder, threads, seconds, *works = sys.argv[1:]
    for work in works:
        _, name, batch = work.split("/")
        widths, batch = [int(width) for width in name.split("-")], int(batch)
        features = nets.rows(widths, batch)
        path, threads = f"{folder}/{name}-{batch}", int(threads)
        if peer == "onnx":
            call, found, info = onnx(path, threads, features)
        else:
            call, found, info = lite(path, threads, features, peer == "lite-invoke")
        error = float(numpy.abs(found - nets.scores(widths, features)).max())
        measure(work, call, float(seconds), error, 1e-5, info)


if __name__ == "__main__":
    main()
