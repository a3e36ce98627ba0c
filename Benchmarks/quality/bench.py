"""How well Apus learns: mean of five seeds on public data, beside references.

usage: bench.py APUS OUTPUT.json DATA

Online shoppers (UCI 468): the area under the ROC curve on the 20 % of rows that the seed holds out.
Microsoft web data (UCI 4): the areas that a visitor saw, as a set; one of them, drawn by the seed,
is hidden for each test visitor with two or more, and all areas that are not among the others are
ranked. HR@10 is the share of visitors whose hidden area is among the first ten.
"""

import json
import os
import statistics
import subprocess
import sys
import tempfile

import areas
import report

SEEDS = range(1, 6)


def apus(program, *arguments):
    """Runs a command of Apus and returns what it prints as JSON."""
    command = [program, *map(str, arguments), "--json"]
    output = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
    return json.loads(output)


def spread(values):
    return f"{len(values)} seeds, {min(values):.4f} to {max(values):.4f}"


def at_least(name, values, target, notes, peer=None):
    """The mean of a metric, which is to reach a number."""
    mean = statistics.mean(values)
    return report.figure(
        name, mean, "", peer, f">= {target}", mean >= target, f"{spread(values)}; {notes}")


def shoppers(program, path, folder):
    """The figures of the online shoppers data set."""
    figures = []
    for net, target in (("mlp", 0.910), ("deepfm", 0.918)):
        values = []
        for seed in SEEDS:
            result = apus(
                program, "train", "--data", path, "--label", "Revenue", "--net", net,
                "--seed", seed, "--output", os.path.join(folder, net))
            values.append(result["test"]["auc"])
        figures.append(
            at_least(f"online shoppers, test AUC, {net}", values, target, "defaults"))
    return figures


def web(program, path, folder):
    """The figures of the Microsoft web data."""
    data = areas.Areas(path)
    rows = os.path.join(folder, "areas.csv")
    data.write_training(rows)
    ours, peers = [], {name: [] for name in areas.PEERS}
    for seed in SEEDS:
        model = os.path.join(folder, f"areas-{seed}")
        apus(
            program, "train", "--data", rows, "--label", "next", "--columns", "areas=multi-hot:|",
            "--split", "group:user", "--test", "0", "--minimum-rows", "1", "--hidden", "256",
            "--batch-size", "256", "--epochs", "20", "--patience", "3", "--seed", seed,
            "--output", model)
        queries, hidden = data.held_out(seed)
        asked, scored = (os.path.join(folder, name) for name in ("asked.csv", "scored.csv"))
        data.write_queries(asked, queries)
        apus(program, "score", "--model", model, "--data", asked, "--output", scored)
        ours.append(data.hit_rate(data.read_scores(scored), queries, hidden))
        for name, peer in areas.PEERS.items():
            peers[name].append(data.hit_rate(peer(data, queries), queries, hidden))
    means = {name: statistics.mean(values) for name, values in peers.items()}
    notes = "285-256-285 over the set of areas; " + ", ".join(
        f"{name} {mean:.4f}" for name, mean in means.items())
    return [at_least("microsoft web, HR@10", ours, 0.79, notes, peer=max(means.values()))]


def main():
    program, output, data = sys.argv[1:4]
    sets = [
        (shoppers, os.path.join(data, "online_shoppers", "online_shoppers_intention.csv")),
        (web, os.path.join(data, "ms_web")),
    ]
    figures = []
    with tempfile.TemporaryDirectory() as folder:
        for measure, path in sets:
            if os.path.exists(path):
                figures += measure(program, path, folder)
            else:
                print(f"skipped: there is no {path}")
    sys.exit(0 if report.write(figures, output) else 1)


main()
