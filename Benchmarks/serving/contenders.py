"""The servers that are compared: how each is started, asked, checked and loaded."""

import http.client
import json
import os
import sys

import numpy

import frames
import net
from processes import CLIENT_CORE, SERVER_CORE, Process, free_port

HERE = os.path.dirname(os.path.abspath(__file__))
# How `apus serve` is told about each mode; a mode whose flag a build lacks is not measured.
APUS_MODES = {
    "apus": [],
    "apus keep-awake": ["--keep-awake"],
    "apus busy-poll": ["--busy-poll"],
    "apus swapped": ["--admin", "127.0.0.1:0", "--updates", "manual"],
}
# What it is told in every mode, where a build knows the flag.
APUS_THREADS = {"--event-loops": "1", "--pin": str(SERVER_CORE)}
# Keeps every core awake that it may run on, so it must be allowed the client's as well.
ON_BOTH_CORES = {"apus keep-awake"}
# Changes the machine as long as it lives, and so lives for its turns only.
FOR_ITS_TURN = {"apus keep-awake"}
# More connections than any measurement has with this peer.
VOWPAL_CHILDREN = 16


class NotMeasured(Exception):
    """Why a contender takes no part."""


class Contender:
    """A server that runs, paused between its turns."""

    def __init__(self, name, process, port, load):
        self.name, self.process, self.port = name, process, port
        # The words of `apus bench` that put a load on it.
        self.load = load
        # Where it takes orders, if it does.
        self.admin = None


class Request:
    """One row for all: as Apus sends it, and the numbers in it."""

    def __init__(self, setting, rows=1):
        self.hello, self.frame = frames.recorded(
            setting.apus, setting.apus_port, "--rows-per-frame", str(rows))
        count = rows * setting.width
        self.rows = numpy.frombuffer(self.frame, "<f4", count, 64).reshape(rows, setting.width)
        self.answer = frames.answer(setting.apus_port, self.hello, self.frame)
        self.scores = frames.scores(self.answer, rows)


class Setting:
    """What all contenders share."""

    def __init__(self, apus, built, folder, net):
        self.apus, self.built, self.folder, self.net = apus, built, folder, net
        self.width = len(net.layers[0][0])
        self.apus_port = None
        self.request = None
        self.row = None

    def file(self, name, data):
        path = os.path.join(self.folder, name)
        with open(path, "wb") as file:
            file.write(data)
        return path

    def peer(self, port, *options):
        return [self.apus, "bench", "peer", "--connect", f"127.0.0.1:{port}", *options]


def check(name, scores, expected):
    error = numpy.abs(numpy.asarray(scores).ravel() - expected).max()
    if not error < 1e-4:
        raise NotMeasured(f"{name}: wrong answers, off by {error:.3g}")


def apus_flags(setting, name):
    offered = os.popen(f"{setting.apus} serve --help").read()
    for flag in APUS_MODES[name]:
        if flag.startswith("--") and flag not in offered:
            raise NotMeasured(f"this build has no {flag}")
    threads = [word for flag in APUS_THREADS.items() if flag[0] in offered for word in flag]
    return APUS_MODES[name] + threads


def apus(setting, name, models=None):
    cores = {SERVER_CORE, CLIENT_CORE} if name in ON_BOTH_CORES else {SERVER_CORE}
    process = Process(
        [setting.apus, "serve", "--models", models or setting.net.models, "--listen",
         "127.0.0.1:0", "--device", "cpu", *apus_flags(setting, name)],
        log=os.path.join(setting.folder, f"{name}.log"), cores=cores)
    line = process.line()
    if not line.startswith("{"):
        process.stop()
        raise NotMeasured(f"{name} did not start")
    ready = json.loads(line)
    port = int(ready["address"].rsplit(":", 1)[1])
    load = [setting.apus, "bench", "--connect", f"127.0.0.1:{port}", "--no-floors", "--check",
            "--json"]
    contender = Contender(name, process, port, load)
    contender.admin = ready.get("admin")
    return contender


def apus_of_two_versions(setting, name):
    """A server of two versions with the same weights: its answers stay right whichever serves."""
    models = os.path.join(setting.folder, "swapped")
    for _ in range(2):
        net.train(setting.apus, setting.net.table, os.path.join(models, "bench"))
    return apus(setting, name, models)


def floor(setting, name, *options, rows=1):
    request = setting.request if rows == 1 else Request(setting, rows)
    process = Process(
        [os.path.join(setting.built, "floor"), str(len(request.frame)), str(len(request.answer)),
         *options])
    port = int(process.line())
    path = setting.file(f"frame-{rows}", request.frame)
    load = setting.peer(port, "--speak", "fixed", "--request", path, "--reply-bytes",
                        str(len(request.answer)))
    return Contender(name, process, port, load)


def floor_of_net(setting, name):
    contender = floor(setting, name, "--net", setting.net.file, "--rows", "1")
    import socket
    with socket.create_connection(("127.0.0.1", contender.port)) as peer:
        peer.sendall(setting.request.frame)
        reply = frames.receive(peer, len(setting.request.answer))
    check(name, numpy.frombuffer(reply, "<f4", 1, 64), setting.net.scores(setting.request.rows))
    return contender


def over_http(setting, name, command, port, path, environment):
    process = Process(command, environment, log=os.path.join(setting.folder, f"{name}.log"))
    if not process.wait_for_port(port):
        process.stop()
        raise NotMeasured(f"{name} did not start")
    body = setting.request.rows.tobytes()
    scores = None
    for _ in range(60):
        # The port may be open before the model is loaded.
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        connection.request("POST", path, body)
        response = connection.getresponse()
        data = response.read()
        if response.status == 200:
            scores = numpy.frombuffer(data, "<f4")
            break
    if scores is None:
        process.stop()
        raise NotMeasured(f"{name} never answered")
    check(name, scores, setting.net.scores(setting.request.rows))
    head = (f"POST {path} HTTP/1.1\r\nHost: localhost\r\n"
            f"Content-Type: application/octet-stream\r\nContent-Length: {len(body)}\r\n\r\n")
    request = setting.file(f"{name}.http", head.encode() + body)
    return Contender(name, process, port, setting.peer(
        port, "--speak", "http", "--request", request))


def fastapi(setting, name):
    port = free_port()
    command = [sys.executable, os.path.join(HERE, "peers", "fastapi_server.py"), str(port)]
    return over_http(setting, name, command, port, "/raw", python_environment(setting))


def mosec(setting, name):
    port = free_port()
    command = [sys.executable, os.path.join(HERE, "peers", "mosec_server.py"), "--address",
               "127.0.0.1", "--port", str(port), "--log-level", "warning"]
    return over_http(setting, name, command, port, "/inference", python_environment(setting))


def python_environment(setting):
    return {"NET_ONNX": setting.net.onnx, "NET_WIDTH": str(setting.width)}


def vowpal(setting, name):
    port = free_port()
    process = Process(
        [sys.executable, os.path.join(HERE, "peers", "vowpal_server.py"), str(setting.width),
         str(port), str(VOWPAL_CHILDREN), os.path.join(setting.folder, "vowpal.model")],
        log=os.path.join(setting.folder, f"{name}.log"))
    if not process.wait_for_port(port):
        process.stop()
        raise NotMeasured(f"{name} did not start")
    row = setting.request.rows[0]
    line = "|a " + " ".join(f"f{column}:{value:.4f}" for column, value in enumerate(row)) + "\n"
    path = setting.file("line", line.encode())
    return Contender(name, process, port, setting.peer(port, "--speak", "lines", "--request", path))


def triton(setting, name):
    import tritonclient.grpc as client
    from tritonclient.grpc import service_pb2

    http_port, port = free_port(), free_port()
    process = Process(
        [sys.executable, os.path.join(HERE, "peers", "triton_server.py"),
         os.path.join(setting.folder, "triton"), os.path.join(setting.built, "libtriton_net.so"),
         str(setting.width), str(http_port), str(port)], {"NET_FILE": setting.net.file},
        log=os.path.join(setting.folder, f"{name}.log"))
    if not process.wait_for_port(port):
        process.stop()
        raise NotMeasured(f"{name} did not start")
    rows = setting.request.rows
    tensor = client.InferInput("rows", list(rows.shape), "FP32")
    tensor.set_data_from_numpy(rows)
    scores = client.InferenceServerClient(f"127.0.0.1:{port}").infer("net", [tensor])
    check(name, scores.as_numpy("scores"), setting.net.scores(rows))
    message = service_pb2.ModelInferRequest(model_name="net")
    part = message.inputs.add(name="rows", datatype="FP32")
    part.shape.extend(rows.shape)
    message.raw_input_contents.append(rows.tobytes())
    path = setting.file("message", message.SerializeToString())
    return Contender(name, process, port, setting.peer(port, "--speak", "grpc", "--request", path))


# In the order in which they take their turns.
ALL = {
    "echo": lambda setting, name: floor(setting, name),
    "spinning echo": lambda setting, name: floor(setting, name, "--spin"),
    "C floor": floor_of_net,
    "apus": apus,
    "apus keep-awake": apus,
    "apus busy-poll": apus,
    "apus swapped": apus_of_two_versions,
    "triton": triton,
    "vowpal": vowpal,
    "mosec": mosec,
    "fastapi": fastapi,
}
