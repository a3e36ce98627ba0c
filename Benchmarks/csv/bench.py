"""Reads 1,000,000 rows x 18 columns with Apus and with pandas' C engine, and compares them.

usage: bench.py READER OUTPUT.json [ONLINE_SHOPPERS.csv]

Each reading is a process of its own, Apus and pandas by turns, five rounds after one that warms the
file cache. Apus reads once as it does by default, with up to four threads of which two find most of
the work, and once with one thread, as pandas' C engine does. A last pair goes on to the features of
all rows, beside pandas and scikit-learn. The rows are drawn, with a seed, from the online shoppers
data set (UCI 468) where its file is given, and made up in its image otherwise.
"""

import json
import os
import random
import statistics
import subprocess
import sys
import tempfile

ROWS = 1_000_000
ROUNDS = 5
SEED = 42

PANDAS = """
import json, sys, time
import pandas
start = time.perf_counter()
table = pandas.read_csv(sys.argv[1], engine="c")
seconds = time.perf_counter() - start
status = open("/proc/self/status").read()
peak = int(status.split("VmHWM:")[1].split()[0]) * 1024
print(json.dumps({"seconds": seconds, "rows": table.shape[0], "columns": table.shape[1],
                  "peakBytes": peak, "version": pandas.__version__}))
"""

# What must be done before the first step of training: numbers scaled, categories in slots.
FEATURES = """
import json, sys, time
import numpy, pandas, sklearn
from sklearn.compose import ColumnTransformer
from sklearn.preprocessing import OneHotEncoder, StandardScaler
start = time.perf_counter()
table = pandas.read_csv(sys.argv[1], engine="c")
shape = table.shape
targets = table.pop("Revenue").to_numpy(numpy.float32)
slots = ["Administrative", "Informational", "SpecialDay", "Month", "OperatingSystems", "Browser",
         "Region", "TrafficType", "VisitorType", "Weekend"]
encoder = OneHotEncoder(handle_unknown="ignore", sparse_output=False, dtype=numpy.float32)
features = ColumnTransformer([
    ("scaled", StandardScaler(), [name for name in table.columns if name not in slots]),
    ("slots", encoder, slots)]).fit_transform(table).astype(numpy.float32)
seconds = time.perf_counter() - start
print(json.dumps({"seconds": seconds, "rows": shape[0], "columns": shape[1],
                  "features": features.shape[1], "version": sklearn.__version__}))
"""

NAMES = [
    "Administrative", "Administrative_Duration", "Informational", "Informational_Duration",
    "ProductRelated", "ProductRelated_Duration", "BounceRates", "ExitRates", "PageValues",
    "SpecialDay", "Month", "OperatingSystems", "Browser", "Region", "TrafficType", "VisitorType",
    "Weekend", "Revenue",
]


def synthetic_row(draw):
    """One visit in the image of the online shoppers data set."""
    pages = [0 if draw.random() < 0.5 else draw.randrange(1, 28) for _ in range(2)]
    products = draw.randrange(1, 200)
    fields = []
    for count in pages + [products]:
        fields += [count, 0 if count == 0 else round(draw.expovariate(1 / 300), 9)]
    fields += [round(draw.random() * 0.2, 9) if draw.random() < 0.5 else 0 for _ in range(2)]
    fields += [round(draw.expovariate(1 / 20), 8) if draw.random() < 0.2 else 0]
    fields += [draw.choice([0, 0, 0, 0.2, 0.4, 0.8])]
    fields += [draw.choice(["Feb", "Mar", "May", "June", "Aug", "Nov", "Dec"])]
    fields += [draw.randrange(1, 9), draw.randrange(1, 14), draw.randrange(1, 10)]
    fields += [draw.randrange(1, 21), draw.choice(["Returning_Visitor", "New_Visitor"])]
    fields += [draw.choice(["TRUE", "FALSE"]) for _ in range(2)]
    return ",".join(map(str, fields))


def write_input(path, source):
    """Writes the file to read; returns where its rows come from."""
    draw = random.Random(SEED)
    if source and os.path.exists(source):
        with open(source, encoding="utf-8") as file:
            lines = file.read().splitlines()
        header, rows, origin = lines[0], [line for line in lines[1:] if line], "online shoppers"
    else:
        header, origin = ",".join(NAMES), "synthetic"
        rows = [synthetic_row(draw) for _ in range(20_000)]
    with open(path, "w", encoding="utf-8") as file:
        file.write(header + "\n")
        for _ in range(ROWS):
            file.write(draw.choice(rows) + "\n")
    return origin


def measured(command):
    output = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
    result = json.loads(output)
    assert (result["rows"], result["columns"]) == (ROWS, 18), result
    return result


def main():
    reader, output = sys.argv[1:3]
    source = sys.argv[3] if len(sys.argv) > 3 else None
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "input.csv")
        origin = write_input(path, source)
        size = os.path.getsize(path)
        ours, alone, theirs, features, peer_features = [], [], [], [], []
        for round_ in range(ROUNDS + 1):
            readings = (
                measured([reader, path]),
                measured([reader, path, "1"]),
                measured([sys.executable, "-c", PANDAS, path]),
                measured([reader, path, "4", "Revenue"]),
                measured([sys.executable, "-c", FEATURES, path]),
            )
            if round_ > 0:
                for results, reading in zip((ours, alone, theirs, features, peer_features),
                                            readings):
                    results.append(reading)

    def median(results, key):
        return statistics.median(result[key] for result in results)

    seconds, peer_seconds = median(ours, "seconds"), median(theirs, "seconds")
    alone_seconds = median(alone, "seconds")
    peak, peer_peak = median(ours, "peakBytes"), median(theirs, "peakBytes")
    peer = f"pandas {theirs[0]['version']}, C engine"
    spread = f"{min(r['seconds'] for r in ours):.3f} to {max(r['seconds'] for r in ours):.3f} s"
    ready, peer_ready = median(features, "seconds"), median(peer_features, "seconds")
    figures = [
        {
            "figure": "csv read, 1,000,000 x 18", "value": round(seconds, 4), "unit": "s",
            "peer": round(peer_seconds, 4), "ratio": round(seconds / peer_seconds, 3),
            "target": "ratio <= 1", "met": seconds <= peer_seconds,
            "notes": f"{peer}; up to 4 threads on {os.cpu_count()} cores against 1; "
                     f"{origin} rows, {size} bytes; "
                     f"median of {ROUNDS}, ours {spread}",
        },
        {
            "figure": "csv read, one thread", "value": round(alone_seconds, 4), "unit": "s",
            "peer": round(peer_seconds, 4), "ratio": round(alone_seconds / peer_seconds, 3),
            "target": "ratio <= 1", "met": alone_seconds <= peer_seconds,
            "notes": f"{peer}; one thread each; the same rounds",
        },
        {
            "figure": "csv read, throughput", "value": round(size / seconds / 1e6, 1),
            "unit": "MB/s", "peer": round(size / peer_seconds / 1e6, 1),
            "ratio": round(peer_seconds / seconds, 3), "target": "ratio >= 1",
            "met": seconds <= peer_seconds, "notes": "the same readings",
        },
        {
            "figure": "csv to features, 1,000,000 x 18", "value": round(ready, 4), "unit": "s",
            "peer": round(peer_ready, 4), "ratio": round(ready / peer_ready, 3),
            "target": "ratio <= 0.333", "met": ready <= peer_ready / 3,
            "notes": f"pandas and scikit-learn {peer_features[0]['version']}, scaled and one-hot; "
                     f"{features[0]['features']} features against {peer_features[0]['features']}",
        },
        {
            "figure": "csv read, peak memory / file", "value": round(peak / size, 3), "unit": "x",
            "peer": round(peer_peak / size, 3), "ratio": round(peak / peer_peak, 3),
            "target": "value <= 3", "met": peak <= 3 * size,
            "notes": "VmHWM of the whole process, program included",
        },
    ]
    with open(output, "w", encoding="utf-8") as file:
        json.dump(figures, file, indent=2)
        file.write("\n")
    print(f"{'figure':32}{'value':>14}{'peer':>10}{'ratio':>8}  {'target':12}met")
    for row in figures:
        value = f"{row['value']} {row['unit']}"
        print(f"{row['figure']:32}{value:>14}{row['peer']:>10}{row['ratio']:>8}  "
              f"{row['target']:12}{'yes' if row['met'] else 'NO'}")
    sys.exit(0 if all(row["met"] for row in figures) else 1)


if __name__ == "__main__":
    main()
