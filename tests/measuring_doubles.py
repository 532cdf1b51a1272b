"""What stands in a worker's process for tracking, where a clip is to fail."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Any

from tdscreen.errors import VideoError
from tdscreen.isolation import Progress


def refuse_to_measure(*, path: str, report: object, **_: Any) -> None:
    raise VideoError(f"{Path(path).name} is not a video that can be read here.")


def crash_while_measuring(**_: Any) -> None:
    os.abort()


def measure_for_ever(*, report: Any, **_: Any) -> None:
    for frame in range(10_000):
        report(Progress(frame, frame / 30, 1000.0))
        time.sleep(0.05)
