"""Becomes Triton, with the C backend of the benchmark's net.

usage: triton_server.py REPOSITORY LIBRARY INPUT_WIDTH HTTP_PORT GRPC_PORT

REPOSITORY is a folder that is written anew. Triton is the program that nvidia-pytriton carries.
"""

import importlib.util
import os
import shutil
import sys

CONFIGURATION = """
name: "net"
backend: "net"
max_batch_size: 4096
input [{{ name: "rows" data_type: TYPE_FP32 dims: [ {width} ] }}]
output [{{ name: "scores" data_type: TYPE_FP32 dims: [ 1 ] }}]
instance_group [{{ kind: KIND_CPU count: 1 }}]
"""


def main():
    repository, library, width, http_port, grpc_port = sys.argv[1:]
    package = os.path.dirname(importlib.util.find_spec("pytriton").origin)
    program = os.path.join(package, "tritonserver", "bin", "tritonserver")
    shutil.rmtree(repository, ignore_errors=True)
    models, backends = os.path.join(repository, "models"), os.path.join(repository, "backends")
    os.makedirs(os.path.join(models, "net", "1"))
    os.makedirs(os.path.join(backends, "net"))
    shutil.copy(library, os.path.join(backends, "net", "libtriton_net.so"))
    with open(os.path.join(models, "net", "config.pbtxt"), "w", encoding="utf-8") as file:
        file.write(CONFIGURATION.format(width=width))
    os.chmod(program, 0o755)
    libraries = os.path.join(os.path.dirname(package), "nvidia_pytriton.libs")
    os.execve(program, [
        program, "--model-repository", models, "--backend-directory", backends,
        "--disable-auto-complete-config", "--http-address", "127.0.0.1", "--http-port", http_port,
        "--grpc-address", "127.0.0.1", "--grpc-port", grpc_port, "--allow-metrics", "false",
        "--log-info", "false", "--log-warning", "false",
    ], {**os.environ, "LD_LIBRARY_PATH": libraries})


if __name__ == "__main__":
    main()
