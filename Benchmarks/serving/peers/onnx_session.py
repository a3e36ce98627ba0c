"""The net in ONNX Runtime, on one thread, as the Python servers run it."""

import os

import onnxruntime


def session():
    """The session of the file that NET_ONNX names."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    return onnxruntime.InferenceSession(
        os.environ["NET_ONNX"], options, providers=["CPUExecutionProvider"])
