"""Becomes a daemon of Vowpal Wabbit with one hidden layer of 64 units.

usage: vowpal_server.py WIDTH PORT CONNECTIONS MODEL

The model is trained here on made-up rows, so its answers are not compared. A child of the daemon
serves one connection at a time, so there are as many children as connections.
"""

import os
import random
import sys

import pylibvw
import vowpalwabbit

ROWS = 5000


def line(row):
    return "|a " + " ".join(f"f{column}:{value:.4f}" for column, value in enumerate(row))


def train(width, path):
    draw = random.Random(3)
    learner = vowpalwabbit.Workspace(arg_list=[
        "--nn", "64", "--loss_function", "logistic", "--link", "logistic", "--quiet"])
    for _ in range(ROWS):
        row = [draw.gauss(0, 1) for _ in range(width)]
        learner.learn(("1 " if row[0] + row[1] > 0 else "-1 ") + line(row))
    learner.save(path)
    learner.finish()


def main():
    width, port, connections, path = int(sys.argv[1]), *sys.argv[2:]
    train(width, path)
    daemon = vowpalwabbit.Workspace(arg_list=[
        "-i", path, "-t", "--daemon", "--foreground", "--port", port, "--num_children",
        connections, "--quiet"])
    # Returns when a connection ends; the parent then starts another child.
    pylibvw.vw.run_parser(daemon)
    os._exit(0)


if __name__ == "__main__":
    main()
