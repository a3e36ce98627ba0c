"""Servers as processes: pinned, paused while others are measured, and accounted for."""

import os
import signal
import socket
import subprocess
import time

SERVER_CORE = 0
CLIENT_CORE = 1


# Every server that was started, so that none outlives the benchmark.
started = []


def stop_all():
    for process in started:
        process.stop()


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Process:
    """A server with all its children, on its cores; it takes no time while it is paused."""

    def __init__(self, command, environment=None, log=None, cores=frozenset({SERVER_CORE})):
        self.log = open(log, "wb") if log else subprocess.DEVNULL
        self.started = time.perf_counter()
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self.log,
            env={**os.environ, **(environment or {})}, start_new_session=True,
            preexec_fn=lambda: os.sched_setaffinity(0, cores))
        self.has_stopped = False
        started.append(self)

    def line(self):
        """The next line that the server prints."""
        return self.process.stdout.readline().decode().strip()

    def wait_for_port(self, port, seconds=60):
        """Waits until the server takes connections; false if it ended or took too long."""
        end = time.monotonic() + seconds
        while time.monotonic() < end and self.process.poll() is None:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    return True
            time.sleep(0.05)
        return False

    def pause(self):
        os.killpg(self.process.pid, signal.SIGSTOP)

    def resume(self):
        os.killpg(self.process.pid, signal.SIGCONT)

    def processor_seconds(self):
        """What the server and its children have taken of the processor, to the nanosecond."""
        total = 0
        for pid in self.members():
            try:
                for thread in os.listdir(f"/proc/{pid}/task"):
                    with open(f"/proc/{pid}/task/{thread}/schedstat", encoding="ascii") as file:
                        total += int(file.read().split()[0])
            except (FileNotFoundError, ProcessLookupError):
                continue
        return total / 1e9

    def resident_megabytes(self):
        with open(f"/proc/{self.process.pid}/status", encoding="ascii") as file:
            fields = dict(line.split(":", 1) for line in file)
        return int(fields["VmRSS"].split()[0]) / 1024

    def members(self):
        """The process ids of the server's session."""
        found = []
        for name in os.listdir("/proc"):
            try:
                if name.isdigit() and os.getsid(int(name)) == self.process.pid:
                    found.append(int(name))
            except ProcessLookupError:
                continue
        return found

    def stop(self):
        """Ends the server and whatever it left behind."""
        if self.has_stopped:
            return
        self.has_stopped = True
        if self.process.poll() is None:
            self.resume()
            self.process.stdin.close()
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                pass
        try:
            os.killpg(self.process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        self.process.wait()
