"""Orders to a server: again and again another version of its model takes over."""

import threading

import apus_client

SECONDS = 1.0


class Swaps:
    """While it is entered, loads the version that is away, makes it stable, unloads the other."""

    def __init__(self, address):
        self.address = address
        self.stopping = threading.Event()
        self.thread = threading.Thread(target=self._run)
        self.count = 0
        self.failure = None

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.stopping.set()
        self.thread.join()
        if self.failure or not self.count:
            raise RuntimeError(f"{self.count} swaps, then: {self.failure}")

    def _run(self):
        kinds = apus_client.FrameType
        try:
            with apus_client.Client(self.address) as client:
                stable = int(client.model("bench").version)
                while not self.stopping.wait(SECONDS):
                    other = 3 - stable
                    client.order(kinds.MODEL_LOAD, "bench", str(other))
                    client.order(kinds.MODEL_SWAP, "bench", str(other))
                    client.order(kinds.MODEL_UNLOAD, "bench", str(stable))
                    stable = other
                    self.count += 1
        except (apus_client.ApusError, OSError) as error:
            self.failure = error
