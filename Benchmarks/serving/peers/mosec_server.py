"""mosec around ONNX Runtime: POST /inference, 32-bit floats in and out."""

import os

import mosec
import numpy

import onnx_session

WIDTH = int(os.environ["NET_WIDTH"])


class Net(mosec.Worker):
    def __init__(self):
        super().__init__()
        self.session = onnx_session.session()

    def deserialize(self, data):
        return numpy.frombuffer(data, "<f4").reshape(-1, WIDTH)

    def forward(self, data):
        return self.session.run(None, {"x": data})[0]

    def serialize(self, data):
        return data.tobytes()


if __name__ == "__main__":
    server = mosec.Server()
    server.append_worker(Net, num=1)
    server.run()
