"""What one server of the recorder has open."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from tdscreen.patientapp.checking import Checks
from tdscreen.patientapp.clinic_file import ClinicFile
from tdscreen.patientapp.onlooker import Onlooker
from tdscreen.patientapp.pieces import Pieces
from tdscreen.records.clinic import Clinic
from tdscreen.settings import RECORDER, RecorderSettings


class Windows:
    """Which window of which browser goes on with a recording: one at a time. A restarted server knows none."""

    def __init__(self) -> None:
        self._holder: dict[str, str] = {}
        self._lock = threading.Lock()

    def admit(self, invitation: str, window: str, *, take_over: bool = False) -> bool:
        """Let a window go on if none other does, or if it takes over; say whether it may."""
        with self._lock:
            if take_over or self._holder.get(invitation) is None:
                self._holder[invitation] = window
            return self._holder[invitation] == window

    def leave(self, invitation: str) -> None:
        """Forget a recording that has ended."""
        with self._lock:
            self._holder.pop(invitation, None)


@dataclass(frozen=True)
class Recorder:
    """An open store to which invited people add, and what serves them.

    Attributes
    ----------
    clinic : Clinic
    https : bool
        Browsers send the cookie back by https alone; false only on one's own machine.
    settings : RecorderSettings
    about : ClinicFile
        What the clinic says of itself.
    own : bool
        Somebody records on an own computer: there is no clinic.
    windows : Windows
    pieces : Pieces
    onlooker : Onlooker
    checks : Checks
    taking_in : ThreadPoolExecutor
        Where clips are read that came whole: who waits there takes no thread from anybody else.
    """

    clinic: Clinic
    https: bool = True
    settings: RecorderSettings = RECORDER
    about: ClinicFile = field(default_factory=ClinicFile)
    own: bool = False
    windows: Windows = field(default_factory=Windows)
    pieces: Pieces = field(default_factory=Pieces)
    onlooker: Onlooker = field(default_factory=Onlooker)
    checks: Checks = field(default_factory=Checks)
    taking_in: ThreadPoolExecutor = field(
        default_factory=lambda: ThreadPoolExecutor(RECORDER.taken_in_at_once, thread_name_prefix="taking-in")
    )

    def forget(self, invitation: str) -> None:
        """Let go of whatever this process, and the one beside it, hold of a recording that has ended."""
        self.pieces.drop(invitation)
        self.windows.leave(invitation)
        self.onlooker.forget(invitation)

    def close(self) -> None:
        """End what runs beside the server, and let go of what was not sent to its end."""
        self.taking_in.shutdown(cancel_futures=True)
        self.checks.close()
        self.onlooker.close()
        self.pieces.close()


_running: list[Recorder] = []
"""The page's script is run anew for each look, in the server's process; this outlives it."""


def open_recorder(recorder: Recorder) -> None:
    """Let the page and the routes of this process work at a store."""
    _running[:] = [recorder]


def recorder() -> Recorder:
    """Give what this process serves."""
    (running,) = _running
    return running
