#!/bin/sh
# Reads a large CSV with Apus and with pandas; prints a table and writes .build/bench-csv.json.
# DATA names the online shoppers file; without it, and where it is not there, rows are made up.
set -eu
cd "$(dirname "$0")/../.."

venv=.build/bench-venv
pandas=3.1.1
learn=1.9.1
swift build -c release --product apus-bench-csv
if ! "$venv/bin/python" -c "import pandas; assert pandas.__version__ == '$pandas'" 2>/dev/null; then
  python3 -m venv "$venv"
  "$venv/bin/pip" install --quiet "pandas==$pandas"
fi
check="import sklearn; assert sklearn.__version__ == '$learn'"
if ! "$venv/bin/python" -c "$check" 2>/dev/null; then
  "$venv/bin/pip" install --quiet "scikit-learn==$learn"
fi
exec "$venv/bin/python" Benchmarks/csv/bench.py \
  "$(swift build -c release --show-bin-path)/apus-bench-csv" .build/bench-csv.json \
  "${DATA:-../shared/data/online_shoppers/online_shoppers_intention.csv}"
