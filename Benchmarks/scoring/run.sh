#!/bin/sh
# Scores with Apus, in process and over loopback, beside ONNX Runtime, NumPy and a bare TCP echo;
# prints a table and writes .build/bench-scoring.json.
set -eu
cd "$(dirname "$0")/../.."

venv=.build/bench-venv
packages='numpy==2.4.6 onnx==1.23.2 onnxruntime==1.31.1'
swift build -c release --product apus
swift build -c release --product apus-bench-scoring
if ! "$venv/bin/python" -c 'import numpy, onnx, onnxruntime' 2>/dev/null; then
  python3 -m venv "$venv"
  # shellcheck disable=SC2086 # the packages are words
  "$venv/bin/pip" install --quiet $packages
fi
exec "$venv/bin/python" Benchmarks/scoring/bench.py \
  "$(swift build -c release --show-bin-path)" .build/bench-scoring.json
