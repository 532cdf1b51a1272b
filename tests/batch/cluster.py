"""A cluster on this machine: a real Dask scheduler and real workers, each a process of its own on loopback."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PATIENCE_S = 300.0
"""For a process to start: a machine that runs the whole suite may be busy."""


def wait_until(true, what: str) -> None:
    ends_s = time.monotonic() + PATIENCE_S
    while not true():
        assert time.monotonic() < ends_s, f"waited {PATIENCE_S:g} s for {what}"
        time.sleep(0.02)


class Cluster:
    """Processes that a test starts, and may kill one by one."""

    def __init__(self, folder: Path, **environment: str) -> None:
        paths = [str(ROOT / "src"), str(ROOT / "tests" / "batch")]
        self._folder = folder
        self._environment = {
            **os.environ,
            "PYTHONPATH": os.pathsep.join(paths),
            "PYTHONWARNINGS": "ignore",
            "DASK_DISTRIBUTED__DIAGNOSTICS__NVML": "False",
            **environment,
        }
        self._logs = 0
        file = folder / "scheduler.json"
        self.scheduler = self._start(
            "scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard", "--scheduler-file", str(file)
        )
        self.workers: list[subprocess.Popen[bytes]] = []
        try:
            wait_until(lambda: file.exists() and file.read_text().endswith("}"), "the scheduler")
        except BaseException:
            self.close()
            raise
        self.address: str = json.loads(file.read_text())["address"]

    def _start(self, what: str, *words: str) -> subprocess.Popen[bytes]:
        self._logs += 1
        with (self._folder / f"{what}-{self._logs}.log").open("wb") as log:
            return subprocess.Popen(
                [sys.executable, "-m", f"distributed.cli.dask_{what}", *words],
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=self._folder,
            )

    def start_workers(self, count: int) -> None:
        """Start workers that do one clip at one time; they join when they are ready."""
        for _ in range(count):
            self.workers.append(
                self._start(
                    "worker", self.address, "--host", "127.0.0.1", "--nthreads", "1", "--no-nanny",
                    "--no-dashboard", "--local-directory", str(self._folder),
                )
            )  # fmt: skip

    def kill(self, worker: subprocess.Popen[bytes]) -> None:
        """Kill a worker as a power cut would."""
        worker.send_signal(signal.SIGKILL)
        worker.wait()

    def alive(self) -> list[subprocess.Popen[bytes]]:
        """Give the workers that live."""
        return [worker for worker in self.workers if worker.poll() is None]

    def close(self) -> None:
        """End what was started, and nothing else."""
        for process in (*self.workers, self.scheduler):
            if process.poll() is None:
                process.kill()
            process.wait()
