#!/bin/sh
# Measures a server of Apus beside Triton, Vowpal Wabbit, mosec, FastAPI with ONNX Runtime, and a
# server in C that echoes or computes the same net; prints a table and writes
# .build/bench-serving.json.
#
# Usage: run.sh [--quick] [--rounds COUNT] [--only PATTERN]
#   --quick   one short round: three minutes
#   --rounds  how often all take their turn; the median counts (5)
#   --only    the measurements whose names the pattern is found in, as 'split|same core'
# A peer that cannot be installed is left out and said so. The exit code is 0 where every target is
# met.
set -eu
cd "$(dirname "$0")/../.."

here=Benchmarks/serving
built=.build/bench-serving
venv=.build/bench-serving-venv
swift build -c release --product apus
swift build -c release --product apus-bench-scoring
.ci/setup gcc libc6-dev
if ! cmp -s "$here/requirements.txt" "$venv/installed.txt"; then
  # The system's own Python: Triton is bound to its library.
  /usr/bin/python3 -m venv "$venv"
  grep -v '^#' "$here/requirements.txt" | while read -r package; do
    "$venv/bin/pip" install --quiet --disable-pip-version-check "$package" \
      || echo "not installed: $package" >&2
  done
  cp "$here/requirements.txt" "$venv/installed.txt"
fi
# The client in Python needs no installation.
PYTHONPATH=$PWD/Sources/PythonClient/src
export PYTHONPATH
mkdir -p "$built"
flags='-O3 -march=native -ffast-math -std=gnu2x -Wall -Wextra -Werror'
# shellcheck disable=SC2086 # the flags are words
cc $flags -o "$built/floor" "$here/peers/floor.c" -lm
# shellcheck disable=SC2086
cc $flags -shared -fPIC -o "$built/libtriton_net.so" "$here/peers/triton_backend.c" -lm
exec "$venv/bin/python" "$here/bench.py" \
  --binaries "$(swift build -c release --show-bin-path)" --built "$built" \
  --output .build/bench-serving.json "$@"
