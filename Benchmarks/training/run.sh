#!/bin/sh
# Trains nets of dense layers beside a plain loop in C, NumPy, scikit-learn, PyTorch and Keras, a GRU
# and a net of embeddings beside PyTorch; prints a table and writes .build/bench-training.json.
#
# Usage: run.sh [--quick]
#   --quick   two rounds instead of five
# The exit code is 0 where every target is met.
set -eu
cd "$(dirname "$0")/../.."

here=Benchmarks/training
built=.build/bench-training
venv=.build/bench-training-venv
packages='numpy==2.4.6 scikit-learn==1.9.1 torch tensorflow-cpu==2.21.0 keras==3.15.1'

swift build -c release --product apus-bench-training
.ci/setup gcc libc6-dev
if ! "$venv/bin/python" -c 'import keras, sklearn, torch' 2>/dev/null; then
  python3 -m venv "$venv"
  # shellcheck disable=SC2086 # the packages are words
  "$venv/bin/pip" install --quiet --disable-pip-version-check $packages
fi
mkdir -p "$built"
cc -O3 -march=native -ffast-math -mprefer-vector-width=512 -std=gnu2x -Wall -Wextra -Werror \
  -o "$built/loop" "$here/peers/loop.c" -lm

exec "$venv/bin/python" "$here/bench.py" \
  "$(swift build -c release --show-bin-path)/apus-bench-training" "$built" \
  .build/bench-training.json "$@"
