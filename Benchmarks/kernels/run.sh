#!/bin/sh
# Measures the kernels beside OpenBLAS, oneDNN, PyTorch, TensorFlow Lite, ONNX Runtime, OpenVINO and
# CLBlast; prints a table and writes .build/bench-kernels.json, .txt and .svg.
#
# Usage: run.sh [--quick] [--rounds COUNT] [--keep FOLDER]
#   --quick   one short round, NN only and without the largest shape: two minutes
#   --rounds  how often all take their turn; the median counts (3)
#   --keep    copies the results into FOLDER, under the machine's name
# The exit code is 0 where every target is met.
set -eu
cd "$(dirname "$0")/../.."

here=Benchmarks/kernels
built=.build/bench-kernels
venv=.build/bench-kernels-venv
packages='numpy==2.4.6 onnx==1.23.2 onnxruntime==1.31.1 openvino==2026.4.1
  ai-edge-litert==2.3.0 flatbuffers==25.12.19 torch==2.15.0'

swift build -c release --product apus-bench-kernels
.ci/setup gcc libc6-dev libopenblas-dev libdnnl-dev libclblast-dev
if ! "$venv/bin/python" -c 'import ai_edge_litert, onnxruntime, openvino, torch' 2>/dev/null; then
  python3 -m venv "$venv"
  # shellcheck disable=SC2086 # the packages are words
  "$venv/bin/pip" install --quiet --disable-pip-version-check $packages
fi

# Compiles a peer. Usage: peer NAME [OPTION...]
peer() {
  name=$1
  shift
  cc -O3 -march=native -std=gnu2x -Wall -Wextra -Werror -o "$built/$name" \
    "$here/peers/$name.c" "$@" -lm
}
mkdir -p "$built"
peer roofline -lpthread
peer loops -ffast-math -mprefer-vector-width=512
peer openblas -lopenblas
peer onednn -ldnnl
peer onnx
peer openvino
peer clblast -lclblast -lOpenCL
peer opencl -lOpenCL

exec "$venv/bin/python" "$here/bench.py" \
  "$(swift build -c release --show-bin-path)/apus-bench-kernels" "$built" .build/bench-kernels "$@"
