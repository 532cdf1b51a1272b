"""A PostgreSQL server of the tests' own, on a socket in a folder that goes with it."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_DEBIAN = Path("/usr/lib/postgresql")
_USER = "postgres"
"""The server refuses to run as root; Debian's package makes this user."""
_START_S = 60


def programs() -> Path | None:
    """Give the folder with initdb and postgres; None where there is none."""
    folders = sorted(_DEBIAN.glob("*/bin"), key=lambda folder: float(folder.parent.name), reverse=True)
    found = shutil.which("initdb")
    candidates = [*folders, *([Path(found).resolve().parent] if found else [])]
    return next((f for f in candidates if (f / "initdb").exists() and (f / "postgres").exists()), None)


@contextmanager
def server(folder_of_programs: Path) -> Iterator[Path]:
    """Run a server, and give the folder of its socket."""
    folder = Path(tempfile.mkdtemp(prefix="tdscreen-pg-"))
    other_user: dict[str, object] = {}
    if os.geteuid() == 0:
        user = pwd.getpwnam(_USER)
        os.chown(folder, user.pw_uid, user.pw_gid)
        other_user = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
    data = folder / "data"
    run = {"cwd": folder, "stdout": subprocess.DEVNULL, **other_user}
    process = None
    try:
        subprocess.run(
            [
                folder_of_programs / "initdb",
                "-D",
                data,
                "-U",
                _USER,
                "-A",
                "trust",
                "-E",
                "UTF8",
                "--no-sync",
            ],
            check=True,
            timeout=_START_S,
            **run,  # type: ignore[call-overload]
        )
        with (folder / "log").open("wb") as log:
            process = subprocess.Popen(
                [folder_of_programs / "postgres", "-D", data, "-k", folder, "-h", "", "-F"],
                stderr=log,
                **run,  # type: ignore[call-overload]
            )
        ready = [folder_of_programs / "pg_isready", "-q", "-h", folder, "-t", "1"]
        until = time.monotonic() + _START_S
        while subprocess.run(ready, check=False).returncode != 0:
            if process.poll() is not None or time.monotonic() > until:
                raise RuntimeError(f"PostgreSQL did not start: {(folder / 'log').read_text()}")
            time.sleep(0.1)
        yield folder
    finally:
        if process is not None:
            process.terminate()
            process.wait(_START_S)
        shutil.rmtree(folder)
