"""A made-up worker: a clip is a JSON file that holds its measurement, or says what it does to its worker."""

from __future__ import annotations

import hashlib
import json
import os
import signal
import time
from pathlib import Path
from typing import Any

from tdscreen.errors import VideoError
from tdscreen.isolation import Progress


def measure(*, path, task, mirrored, hands, settings, tracks_out, report) -> dict[str, Any]:
    name = Path(path).name
    orders = json.loads(Path(path).read_text())
    report(Progress(1, 0.1, None))
    if orders.get("crash"):
        os.kill(os.getpid(), signal.SIGSEGV)
    if orders.get("hang"):
        time.sleep(600)
    if orders.get("go_on"):
        for index in range(6000):
            report(Progress(index, 0.1 * index, None))
            time.sleep(0.1)
    if "wait_s" in orders:
        time.sleep(orders["wait_s"])
    if orders.get("grab_memory"):
        raise MemoryError
    if orders.get("no_video"):
        raise VideoError(f"{name} is not a video.")
    if "killed_once" in orders:
        mark = Path(orders["killed_once"])
        if not mark.exists():
            mark.touch()
            os.kill(os.getpid(), signal.SIGKILL)
    if "counted_in" in orders:
        with Path(orders["counted_in"]).open("a") as file:
            file.write(f"{name}\n")
    if orders.get("full_disk"):
        return {"unwritten": [28, "No space left on device"]}
    if tracks_out is not None:
        Path(tracks_out).write_text(f"tracks of {name}")
    sha256 = (
        "of other bytes" if orders.get("changed") else hashlib.sha256(Path(path).read_bytes()).hexdigest()
    )
    measurement: dict[str, Any] = {
        **orders["measurement"],
        "file": name,
        "task": task,
        "input_sha256": sha256,
    }
    if not hands:
        for region in ("left_hand", "right_hand"):
            measurement["regions"][region]["reason"] = "Left out on request."
    return measurement
