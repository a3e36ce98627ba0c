"""The net that all contenders serve: trained by Apus, handed to the others in their formats."""

import json
import os
import random
import struct
import subprocess
import sys

import numpy

sys.path.append(os.path.join(os.path.dirname(__file__), "..", "scoring"))
import peers as scoring_peers

COLUMNS = 17
ROWS = 5000
SEED = 42


class Net:
    """The model's folder, and the same net as files for C and for ONNX Runtime."""

    def __init__(self, apus, folder):
        self.models = os.path.join(folder, "models")
        self.table = os.path.join(folder, "table.csv")
        self.file = os.path.join(folder, "net.bin")
        self.onnx = os.path.join(folder, "net.onnx")
        self.folder = os.path.join(self.models, "bench")
        write_table(self.table)
        train(apus, self.table, self.folder)
        self.layers = scoring_peers.layers(os.path.join(self.folder, "1", "weights.safetensors"))
        write_binary(self.layers, self.file)
        with open(self.onnx, "wb") as file:
            file.write(scoring_peers.onnx_model(self.layers).SerializeToString())

    def scores(self, rows):
        """The right answers, in double precision."""
        values = rows.astype("f8")
        for weight, bias in self.layers[:-1]:
            values = numpy.maximum(values @ weight.astype("f8") + bias, 0)
        weight, bias = self.layers[-1]
        return 1 / (1 + numpy.exp(-(values @ weight.astype("f8") + bias))).ravel()


def train(apus, table, output):
    subprocess.run(
        [apus, "train", "--data", table, "--label", "label", "--output", output, "--epochs", "1",
         "--hidden", "64,64", "--device", "cpu", "--json"],
        check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def write_table(path):
    draw = random.Random(SEED)
    with open(path, "w", encoding="utf-8") as file:
        file.write(",".join([f"x{column}" for column in range(COLUMNS)] + ["label"]) + "\n")
        for _ in range(ROWS):
            row = [draw.gauss(0, 1) for _ in range(COLUMNS)]
            label = row[0] * row[1] + row[2] + draw.gauss(0, 1) > 0
            file.write(",".join([f"{x:.6f}" for x in row] + ["yes" if label else "no"]) + "\n")


def write_binary(layers, path):
    widths = [len(layers[0][0])] + [len(bias) for _, bias in layers]
    with open(path, "wb") as file:
        file.write(struct.pack(f"<{len(widths) + 1}i", len(layers), *widths))
        for weight, bias in layers:
            file.write(numpy.ascontiguousarray(weight, "<f4").tobytes())
            file.write(bias.astype("<f4").tobytes())
