"""Trains one net in one framework and prints a JSON line: the seconds of each epoch, and the loss.

usage: frameworks.py PEER FILE ROWS NET BATCH rmsprop|adam|adagrad mse|bce EPOCHS THREADS

NET is INPUTS,UNITS,UNITS, or for torch gru:STEPS,INPUTS,UNITS or
embedding:COLUMNS,VOCABULARY,WIDTH,UNITS, whose table has sparse gradients. Peers: keras, keras-many (many steps
in one execution), torch, sklearn, numpy. All have the optimizers' numbers of Keras, and shuffle the
rows in each epoch.
"""

import json
import os
import sys
import time


def timed(epochs, train):
    """The seconds of each call of `train`."""
    seconds = []
    for _ in range(epochs):
        start = time.perf_counter()
        train()
        seconds.append(time.perf_counter() - start)
    return seconds


def run_keras(w, x, y, many):
    os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
    import tensorflow
    import keras
    tensorflow.config.threading.set_intra_op_parallelism_threads(w["threads"])
    tensorflow.config.threading.set_inter_op_parallelism_threads(w["threads"])
    keras.utils.set_random_seed(1)
    mse = w["loss"] == "mse"
    net = keras.Sequential(
        [keras.Input((w["widths"][0],))]
        + [keras.layers.Dense(units, "relu") for units in w["widths"][1:]]
        + [keras.layers.Dense(1, None if mse else "sigmoid")])
    steps = min(50, w["rows"] // w["batch"]) if many else 1
    net.compile(optimizer=w["optimizer"], loss="mse" if mse else "binary_crossentropy",
                steps_per_execution=steps)
    seconds = timed(w["epochs"], lambda: net.fit(x, y, batch_size=w["batch"], verbose=0))
    return seconds, float(net.evaluate(x, y, batch_size=1024, verbose=0))


def run_torch(w, x, y):
    import torch
    torch.set_num_threads(w["threads"])
    torch.manual_seed(1)
    features, targets = torch.from_numpy(x), torch.from_numpy(y)
    if w["kind"] == "gru":
        steps, inputs, units = w["widths"]

        class Recurrent(torch.nn.Module):
            def __init__(self):
                super().__init__()
                self.gru = torch.nn.GRU(inputs, units, batch_first=True)
                self.dense = torch.nn.Linear(units, 1)

            def forward(self, rows):
                _, last = self.gru(rows.reshape(len(rows), steps, inputs))
                return self.dense(last[0])

        net = Recurrent()
    elif w["kind"] == "embedding":
        columns, vocabulary, width, units = w["widths"]
        features = features.long()

        class Embedded(torch.nn.Module):
            def __init__(self):
                super().__init__()
                self.table = torch.nn.EmbeddingBag(vocabulary, width, mode="sum", sparse=True)
                torch.nn.init.uniform_(self.table.weight, -0.05, 0.05)
                self.dense = torch.nn.Sequential(
                    torch.nn.Linear(columns * width, units), torch.nn.ReLU(),
                    torch.nn.Linear(units, 1))

            def forward(self, rows):
                return self.dense(self.table(rows.reshape(-1, 1)).reshape(len(rows), -1))

        net = Embedded()
    else:
        widths = w["widths"] + [1]
        layers = []
        for inputs, outputs in zip(widths[:-1], widths[1:]):
            layers += [torch.nn.Linear(inputs, outputs), torch.nn.ReLU()]
        net = torch.nn.Sequential(*layers[:-1])
    functional = torch.nn.functional
    loss = (functional.mse_loss if w["loss"] == "mse"
            else functional.binary_cross_entropy_with_logits)
    if w["optimizer"] == "rmsprop":
        optimizer = torch.optim.RMSprop(net.parameters(), lr=1e-3, alpha=0.9, eps=1e-7)
    elif w["optimizer"] == "adagrad":
        optimizer = torch.optim.Adagrad(net.parameters(), lr=0.01, initial_accumulator_value=0.1,
                                        eps=1e-7)
    else:
        optimizer = torch.optim.Adam(net.parameters(), lr=1e-3, eps=1e-7, fused=True)

    def epoch():
        order = torch.randperm(len(features))
        shuffled, expected = features[order], targets[order]
        for i in range(0, len(features), w["batch"]):
            optimizer.zero_grad(set_to_none=True)
            loss(net(shuffled[i:i + w["batch"]]), expected[i:i + w["batch"]]).backward()
            optimizer.step()

    seconds = timed(w["epochs"], epoch)
    with torch.no_grad():
        return seconds, float(loss(net(features), targets))


def run_sklearn(w, x, y):
    import warnings
    import numpy
    from sklearn.metrics import log_loss
    from sklearn.neural_network import MLPClassifier
    warnings.simplefilter("ignore")
    net = MLPClassifier(hidden_layer_sizes=w["widths"][1:], batch_size=w["batch"], max_iter=1,
                        warm_start=True, random_state=1, learning_rate_init=1e-3)
    labels = y.ravel().astype(int)
    seconds = timed(w["epochs"], lambda: net.fit(x, labels))
    chances = numpy.clip(net.predict_proba(x)[:, 1], 1e-7, 1 - 1e-7)
    return seconds, float(log_loss(labels, chances))


def run_numpy(w, x, y):
    import numpy as np
    draw = np.random.default_rng(1)
    widths = w["widths"] + [1]
    parameters = []
    for inputs, outputs in zip(widths[:-1], widths[1:]):
        limit = (6 / (inputs + outputs)) ** 0.5
        parameters += [draw.uniform(-limit, limit, (inputs, outputs)).astype("f4"),
                       np.zeros(outputs, "f4")]
    first = [np.zeros_like(p) for p in parameters]
    second = [np.zeros_like(p) for p in parameters]
    rate, count, steps = np.float32(1e-3), len(widths) - 1, 0

    def forward(rows):
        hidden = [rows]
        for k in range(count - 1):
            hidden.append(np.maximum(hidden[-1] @ parameters[2 * k] + parameters[2 * k + 1], 0))
        return hidden, hidden[-1] @ parameters[-2] + parameters[-1]

    def move(q, g):
        if w["optimizer"] == "rmsprop":
            second[q] += np.float32(0.1) * (g * g - second[q])
            parameters[q] -= rate * g / (np.sqrt(second[q]) + np.float32(1e-7))
        else:
            first[q] += np.float32(0.1) * (g - first[q])
            second[q] += np.float32(0.001) * (g * g - second[q])
            c = np.float32(rate * (1 - 0.999 ** steps) ** 0.5 / (1 - 0.9 ** steps))
            parameters[q] -= c * first[q] / (np.sqrt(second[q]) + np.float32(1e-7))

    def epoch():
        nonlocal steps
        order = draw.permutation(len(x))
        xs, ys = x[order], y[order]
        for i in range(0, len(x), w["batch"]):
            hidden, z = forward(xs[i:i + w["batch"]])
            t = ys[i:i + w["batch"]]
            d = 2 * (z - t) if w["loss"] == "mse" else 1 / (1 + np.exp(-z)) - t
            d /= np.float32(len(t))
            gradients = [None] * len(parameters)
            for k in reversed(range(count)):
                gradients[2 * k], gradients[2 * k + 1] = hidden[k].T @ d, d.sum(0)
                if k:
                    d = (d @ parameters[2 * k].T) * (hidden[k] > 0)
            steps += 1
            for q, g in enumerate(gradients):
                move(q, g)

    seconds = timed(w["epochs"], epoch)
    z = forward(x)[1].astype("f8")
    losses = (z - y) ** 2 if w["loss"] == "mse" else np.logaddexp(0, z) - y * z
    return seconds, float(losses.mean())


def main():
    peer, path, rows, net, batch, optimizer, loss, epochs, threads = sys.argv[1:]
    os.environ["OMP_NUM_THREADS"] = os.environ["OPENBLAS_NUM_THREADS"] = threads
    import numpy as np
    kind, _, numbers = net.rpartition(":")
    w = {"rows": int(rows), "kind": kind, "widths": [int(n) for n in numbers.split(",")],
         "batch": int(batch), "optimizer": optimizer, "loss": loss, "epochs": int(epochs),
         "threads": int(threads)}
    values = np.fromfile(path, "f4")
    y = values[-w["rows"]:].reshape(-1, 1)
    x = values[:-w["rows"]].reshape(w["rows"], -1)
    runs = {"keras": lambda: run_keras(w, x, y, False), "torch": lambda: run_torch(w, x, y),
            "keras-many": lambda: run_keras(w, x, y, True),
            "sklearn": lambda: run_sklearn(w, x, y), "numpy": lambda: run_numpy(w, x, y)}
    seconds, mean = runs[peer]()
    print(json.dumps({"epochs": seconds, "loss": mean}))


if __name__ == "__main__":
    main()
