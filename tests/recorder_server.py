"""The recorder as a clinic runs it, its tasks shorter: recorder_server.py FOLDER PORT SCALE [by-itself].

FOLDER holds ``store`` and ``master.key``.
"""

from __future__ import annotations

import dataclasses
import sys
from pathlib import Path

from tdscreen.patientapp.launch import run
from tdscreen.records.clinic import Clinic, database_in
from tdscreen.records.master import read_key_file
from tdscreen.settings import RECORDER

HOST = "record.clinic.example"


def main() -> None:
    folder, port, scale = Path(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3])
    store = folder / "store"
    settings = dataclasses.replace(
        RECORDER,
        scale=scale,
        countdown_s=1,
        check_every_s=1.0,
        piece_bytes=200_000,
        begins_by_itself="by-itself" in sys.argv[4:],
    )
    with Clinic(store, database_in(store), read_key_file(folder / "master.key")) as clinic:
        run(clinic, host=HOST, port=port, settings=settings)


if __name__ == "__main__":
    # A process that multiprocessing starts reads this file again, under another name.
    main()
