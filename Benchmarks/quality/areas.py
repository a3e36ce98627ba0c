"""The Microsoft web data: visitors as sets of areas, the references, and how they are judged."""

import csv
import gzip
import os
import random

import numpy

RIDGE = 300


class Areas:
    """Visitors to train on and to test with, and the areas by name."""

    def __init__(self, folder):
        self.train = self._visitors(os.path.join(folder, "anonymous-msweb.data.gz"))
        self.test = self._visitors(os.path.join(folder, "anonymous-msweb.test.gz"))
        self.names = sorted({area for visitor in self.train for area in visitor})
        self.index = {name: index for index, name in enumerate(self.names)}

    @staticmethod
    def _visitors(path):
        """The areas of each visitor, in the order of the file: lines C begin one, V are visits."""
        visitors = []
        with gzip.open(path, "rt", encoding="latin-1") as file:
            for line in file:
                fields = line.strip().split(",")
                if fields[0] == "C":
                    visitors.append([])
                elif fields[0] == "V":
                    visitors[-1].append("a" + fields[1])
        return visitors

    def write_training(self, path):
        """One row for each visit of a visitor with two or more: the others, and it."""
        with open(path, "w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file)
            writer.writerow(["user", "areas", "next"])
            for user, visitor in enumerate(self.train):
                for area in visitor if len(visitor) > 1 else []:
                    others = [other for other in visitor if other != area]
                    writer.writerow([f"u{user}", "|".join(others), area])

    def held_out(self, seed):
        """For each test visitor with two or more areas, the areas but one, and that one."""
        draw = random.Random(seed)
        queries, hidden = [], []
        for visitor in self.test:
            if len(visitor) > 1:
                area = draw.choice(visitor)
                queries.append([other for other in visitor if other != area])
                hidden.append(area)
        return queries, hidden

    @staticmethod
    def write_queries(path, queries):
        with open(path, "w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file)
            writer.writerow(["areas", "row"])
            for row, query in enumerate(queries):
                writer.writerow(["|".join(query), row])

    def read_scores(self, path):
        """Scores by visitor and area; areas that were not learned come last."""
        with open(path, newline="", encoding="utf-8") as file:
            reader = csv.reader(file)
            columns = [self.index[name.removeprefix("score_")] for name in next(reader)[1:]]
            learned = numpy.array([[float(field) for field in row[1:]] for row in reader])
        scores = numpy.full((len(learned), len(self.names)), -1.0)
        scores[:, columns] = learned
        return scores

    def slots(self, visitors):
        """1 where a visitor has an area."""
        matrix = numpy.zeros((len(visitors), len(self.names)))
        for row, visitor in enumerate(visitors):
            for area in visitor:
                if area in self.index:
                    matrix[row, self.index[area]] = 1
        return matrix

    def hit_rate(self, scores, queries, hidden):
        """The share of visitors whose hidden area ranks among the first ten unseen ones.

        An area that no training visitor saw cannot be ranked, and is missed.
        """
        unseen = numpy.where(self.slots(queries) > 0, -numpy.inf, scores)
        hits = 0
        for row, area in enumerate(hidden):
            if area in self.index:
                own = unseen[row, self.index[area]]
                hits += int((unseen[row] > own).sum() < 10)
        return hits / len(hidden)


def popularity(data, queries):
    """How many visitors saw an area."""
    return numpy.tile(data.slots(data.train).sum(0), (len(queries), 1))


def neighbours(data, queries):
    """Sum of the cosines to the areas seen (item-kNN with all neighbours)."""
    seen = data.slots(data.train)
    together = seen.T @ seen
    norms = numpy.sqrt(numpy.diag(together))
    cosines = together / numpy.outer(norms, norms)
    numpy.fill_diagonal(cosines, 0)
    return data.slots(queries) @ cosines


def autoencoder(data, queries):
    """EASE (Steck, "Embarrassingly Shallow Autoencoders for Sparse Data", 2019)."""
    seen = data.slots(data.train)
    inverse = numpy.linalg.inv(seen.T @ seen + RIDGE * numpy.eye(len(data.names)))
    weights = inverse / -numpy.diag(inverse)
    numpy.fill_diagonal(weights, 0)
    return data.slots(queries) @ weights


PEERS = {"popularity": popularity, "item-kNN": neighbours, "EASE": autoencoder}
