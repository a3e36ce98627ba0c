"""Scores with a peer in this process, on one thread, and prints one JSON object of figures.

usage: peers.py (onnxruntime | numpy) WEIGHTS.safetensors FOLDER

FOLDER holds features.f32 and scores.f32, the input and the answers of Apus for the same weights.
The figures are nanoseconds of one call by percentile, and the largest difference of an answer.
"""

import json
import os
import struct
import sys
import time

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ[name] = "1"

import numpy


def layers(path):
    """The weight (inputs x units) and the bias of each layer, from the first to the last."""
    with open(path, "rb") as file:
        header = json.loads(file.read(struct.unpack("<Q", file.read(8))[0]))
        data = file.read()
    tensors = {}
    for name, entry in header.items():
        if name != "__metadata__":
            start, end = entry["data_offsets"]
            tensors[name] = numpy.frombuffer(data[start:end], "<f4").reshape(entry["shape"])
    stems = sorted({name.rsplit(".", 1)[0] for name in tensors}, key=lambda stem: [
        int(part) if part.isdigit() else part for part in stem.split(".")])
    return [(tensors[stem + ".weight"], tensors[stem + ".bias"]) for stem in stems]


def with_numpy(net):
    def score(rows):
        for weight, bias in net[:-1]:
            rows = numpy.maximum(rows @ weight + bias, 0)
        weight, bias = net[-1]
        return 1 / (1 + numpy.exp(-(rows @ weight + bias)))

    return score


def onnx_model(net):
    import onnx

    helper, nodes, initializers, last = onnx.helper, [], [], "x"
    for index, (weight, bias) in enumerate(net):
        for name, value in ((f"w{index}", weight), (f"b{index}", bias)):
            initializers.append(onnx.numpy_helper.from_array(value, name))
        nodes.append(helper.make_node("Gemm", [last, f"w{index}", f"b{index}"], [f"z{index}"]))
        operation = "Relu" if index + 1 < len(net) else "Sigmoid"
        last = f"y{index}"
        nodes.append(helper.make_node(operation, [f"z{index}"], [last]))

    def rows(name, width):
        return helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, [None, width])

    graph = helper.make_graph(
        nodes, "net", [rows("x", net[0][0].shape[0])], [rows(last, net[-1][0].shape[1])],
        initializers)
    return helper.make_model(
        graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)


def with_onnxruntime(net):
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    session = onnxruntime.InferenceSession(
        onnx_model(net).SerializeToString(), options, providers=["CPUExecutionProvider"])
    return lambda batch: session.run(None, {"x": batch})[0]


def measured(score, features, batch, times):
    starts = [run * batch % (len(features) - batch + 1) for run in range(times)]
    batches = {start: numpy.ascontiguousarray(features[start:start + batch]) for start in starts}
    for start in starts[:times // 10]:
        score(batches[start])
    nanoseconds = []
    for start in starts:
        rows = batches[start]
        before = time.perf_counter_ns()
        score(rows)
        nanoseconds.append(time.perf_counter_ns() - before)
    return {f"{batch} p{percent}": float(numpy.percentile(nanoseconds, percent))
            for percent in (50, 99)}


def main():
    peer, weights, folder = sys.argv[1:]
    net = layers(weights)
    score = {"onnxruntime": with_onnxruntime, "numpy": with_numpy}[peer](net)
    features = numpy.fromfile(f"{folder}/features.f32", "<f4").reshape(-1, net[0][0].shape[0])
    expected = numpy.fromfile(f"{folder}/scores.f32", "<f4").reshape(len(features), -1)
    figures = {"error": float(numpy.abs(score(features) - expected).max()),
               "shape": "-".join(str(n) for n in [len(net[0][0])] + [len(b) for _, b in net])}
    for batch, times in ((1, 20_000), (256, 2000), (4096, 200)):
        figures.update(measured(score, features, batch, times))
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
