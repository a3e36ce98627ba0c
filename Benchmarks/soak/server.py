"""A server process and what the system knows of it."""

import json
import os
import pathlib
import shutil
import subprocess
import sys
import time

sys.path.append(str(pathlib.Path(__file__).parents[2] / "Sources/PythonClient/src"))
import apus_client

# More orders than a server remembers, so that its memory of them does not look like a leak.
ORDERS = 1100


class Server:
    """`apus serve` on two sealed versions of a model."""

    def __init__(self, apus, folder):
        self.apus = apus
        self.folder = pathlib.Path(folder)
        self.models = self.folder / "models"
        shutil.rmtree(self.folder, ignore_errors=True)
        self.models.mkdir(parents=True)
        self._train()
        options = ["--models", self.models, "--listen", "127.0.0.1:0", "--device", "cpu",
                   "--admin", "127.0.0.1:0"]
        self.log = open(self.folder / "serve.log", "wb")
        self.process = subprocess.Popen(
            [self.apus, "serve", *map(str, options)], stdout=subprocess.PIPE, stderr=self.log)
        self.ready = json.loads(self.process.stdout.readline())
        self.port = int(self.ready["address"].rsplit(":", 1)[1])
        self.orders = apus_client.Client(self.ready["admin"])
        for _ in range(ORDERS):
            self.orders.order(apus_client.FrameType.MODEL_LOAD, "visits", "2")

    def _train(self):
        rows = ["id,age,channel,bought"]
        for row in range(600):
            age = 18 + row * 7 % 50
            rows.append(f"{row},{age},{['web', 'app', 'mail'][row % 3]},{int(age % 5 < 2)}")
        data = self.folder / "visits.csv"
        data.write_text("\n".join(rows) + "\n")
        for seed in (1, 2):
            subprocess.run(
                [self.apus, "train", "--data", data, "--label", "bought", "--drop", "id",
                 "--output", self.models / "visits", "--hidden", "64,64", "--epochs", "2",
                 "--device", "cpu", "--threads", "1", "--seed", str(seed), "--json"],
                check=True, stdout=subprocess.DEVNULL)

    def swap(self, version):
        """Makes a version the stable one."""
        for kind in (apus_client.FrameType.MODEL_LOAD, apus_client.FrameType.MODEL_SWAP):
            self.orders.order(kind, "visits", str(version))

    def resident_bytes(self):
        fields = pathlib.Path(f"/proc/{self.process.pid}/statm").read_text().split()
        return int(fields[1]) * os.sysconf("SC_PAGE_SIZE")

    def descriptors(self):
        return len(self._targets())

    def open_files(self):
        """What its descriptors lead to; sockets with what the system knows of them."""
        connections = {}
        for line in pathlib.Path("/proc/net/tcp").read_text().splitlines()[1:]:
            fields = line.split()
            connections[f"socket:[{fields[9]}]"] = (
                f"{fields[1]} to {fields[2]} in state {fields[3]}, queues {fields[4]}")
        return {target: connections.get(target, "") for target in self._targets()}

    def _targets(self):
        """What each descriptor leads to.

        Pipes are left out: the server makes none, and a sanitizer two to its symbolizer, when it
        first needs that.
        """
        folder, targets = f"/proc/{self.process.pid}/fd", []
        for number in os.listdir(folder):
            try:
                targets.append(os.readlink(f"{folder}/{number}"))
            except FileNotFoundError:
                continue  # It was closed meanwhile.
        return [target for target in targets if not target.startswith("pipe:")]

    def threads(self):
        return len(os.listdir(f"/proc/{self.process.pid}/task"))

    def settled(self, count, seconds=15):
        """Waits until there are as many descriptors as `count`, and returns how many there are."""
        end = time.monotonic() + seconds
        while self.descriptors() != count and time.monotonic() < end:
            time.sleep(0.05)
        return self.descriptors()

    def stop(self):
        """Ends the server as an operator would, and returns its exit code."""
        self.orders.close()
        self.process.terminate()
        return self.process.wait(20)
