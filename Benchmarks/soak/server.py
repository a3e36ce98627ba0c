"""A server process and what the system knows of it."""

import json
import os
import pathlib
import shutil
import subprocess
import time


class Server:
    """`apus serve` on two sealed versions of a model."""

    def __init__(self, apus, folder):
        self.apus = apus
        self.folder = pathlib.Path(folder)
        self.models = self.folder / "models"
        shutil.rmtree(self.folder, ignore_errors=True)
        self.models.mkdir(parents=True)
        self._train()
        options = ["--models", self.models, "--listen", "127.0.0.1:0", "--device", "cpu"]
        self.can_swap = self._offers("serve", "--admin") and self._offers("admin", "swap")
        if self.can_swap:
            options += ["--admin", "127.0.0.1:0"]
        self.log = open(self.folder / "serve.log", "wb")
        self.process = subprocess.Popen(
            [self.apus, "serve", *map(str, options)], stdout=subprocess.PIPE, stderr=self.log)
        self.ready = json.loads(self.process.stdout.readline())
        self.port = int(self.ready["address"].rsplit(":", 1)[1])

    def _offers(self, command, word):
        done = subprocess.run([self.apus, command, "--help"], capture_output=True, text=True)
        return done.returncode == 0 and word in done.stdout

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
        for order in ("load", "swap"):
            done = subprocess.run(
                [self.apus, "admin", order, "visits", str(version), "--server",
                 self.ready["admin"]], capture_output=True, text=True)
        if done.returncode != 0:
            raise RuntimeError(done.stderr)

    def resident_bytes(self):
        fields = pathlib.Path(f"/proc/{self.process.pid}/statm").read_text().split()
        return int(fields[1]) * os.sysconf("SC_PAGE_SIZE")

    def descriptors(self):
        return len(os.listdir(f"/proc/{self.process.pid}/fd"))

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
        self.process.terminate()
        return self.process.wait(20)
