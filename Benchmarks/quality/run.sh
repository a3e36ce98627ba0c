#!/bin/sh
# Trains on public data with the defaults, five seeds each, and holds what is learned against
# published and simple references; prints a table and writes .build/bench-quality.json.
# DATA names the folder of the data sets; a set that is not there is skipped.
set -eu
cd "$(dirname "$0")/../.."

venv=.build/bench-venv
swift build -c release --product apus
if ! "$venv/bin/python" -c 'import numpy' 2>/dev/null; then
  python3 -m venv "$venv"
  "$venv/bin/pip" install --quiet numpy==2.4.6
fi
PYTHONPATH=Benchmarks/common exec "$venv/bin/python" Benchmarks/quality/bench.py \
  "$(swift build -c release --show-bin-path)/apus" .build/bench-quality.json \
  "${DATA:-../shared/data}"
