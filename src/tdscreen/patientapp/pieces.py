"""Clips that come in pieces, until each is whole."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from tdscreen.records.arriving import Arriving
from tdscreen.records.clinic import Desk
from tdscreen.records.entries import RecordedTask
from tdscreen.serving.uploading import RefusedError
from tdscreen.settings import RECORDER


@dataclass
class Unfinished:
    """A clip that is being sent.

    Attributes
    ----------
    desk : Desk
        Of whoever sends it, as was made sure when it was announced.
    recorded : RecordedTask
        What was said of it, with the hash that its bytes must have.
    size_bytes : int
        That it will have.
    clip : Arriving
    busy : bool
        A piece is coming, or the whole is being taken in.
    dropped : bool
        It is let go of as soon as it is not busy any more.
    touched_s : float
        When a piece last came.
    """

    desk: Desk
    recorded: RecordedTask
    size_bytes: int
    clip: Arriving
    busy: bool = False
    dropped: bool = False
    touched_s: float = 0.0

    @property
    def is_whole(self) -> bool:
        """Whether all bytes are here, and are those that were announced."""
        return self.clip.received == self.size_bytes and self.clip.sha256 == self.recorded.sha256


class Pieces:
    """The clips of all recordings that are being sent, at most one of each recording at a time.

    Parameters
    ----------
    clock : callable
        Gives seconds.
    unfinished_s : float
        After which a clip of which no more has come is let go of, whether or not anybody else sends one.
    """

    def __init__(
        self, *, clock: Callable[[], float] = time.monotonic, unfinished_s: float = RECORDER.unfinished_s
    ) -> None:
        self._clock = clock
        self._unfinished_s = unfinished_s
        self._open: dict[str, Unfinished] = {}
        self._lock = threading.Lock()
        self._look: threading.Timer | None = None

    def announce(self, invitation: str, desk: Desk, recorded: RecordedTask, size_bytes: int) -> Unfinished:
        """Give what is here of a clip; the same that was announced before, or a new one in the place of another.

        Raises
        ------
        RefusedError
            A piece of another clip is just coming.
        NoRoomError
        """
        with self._lock:
            self._let_go_of_old()
            here = self._open.get(invitation)
            if here is not None and (here.recorded.sha256, here.size_bytes) != (recorded.sha256, size_bytes):
                if here.busy:
                    raise RefusedError(409, "error.not_stored")
                self._drop(invitation)
                here = None
            if here is None:
                promised_bytes = sum(2 * one.size_bytes - one.clip.received for one in self._open.values())
                clip = Arriving(desk.clinic.vault.folder, size_bytes, promised_bytes=promised_bytes)
                here = Unfinished(desk, recorded, size_bytes, clip)
                self._open[invitation] = here
                self._look_later()
            here.touched_s = self._clock()
            return here

    def begin(self, invitation: str, offset: int) -> Unfinished:
        """Take the clip to which a piece is to be added.

        Raises
        ------
        RefusedError
            None was announced, or another piece is coming, or this one does not follow the last.
        """
        with self._lock:
            here = self._open.get(invitation)
            if here is None:
                raise RefusedError(404, "error.not_stored")
            if here.busy or here.clip.received != offset:
                raise RefusedError(409, "error.not_stored")
            here.busy = True
            return here

    def end(self, here: Unfinished) -> None:
        """Let the next piece come."""
        with self._lock:
            here.busy = False
            here.touched_s = self._clock()
            if here.dropped:
                here.clip.close()

    def drop(self, invitation: str) -> None:
        """Let go of a clip that was taken in, or will not be."""
        with self._lock:
            self._drop(invitation)

    def close(self) -> None:
        """Let go of everything."""
        with self._lock:
            for invitation in list(self._open):
                self._drop(invitation)
            if self._look is not None:
                self._look.cancel()

    def _look_later(self) -> None:
        if self._look is None and self._open:
            self._look = threading.Timer(self._unfinished_s, self._look_now)
            self._look.daemon = True
            self._look.start()

    def _look_now(self) -> None:
        with self._lock:
            self._look = None
            self._let_go_of_old()
            self._look_later()

    def _drop(self, invitation: str) -> None:
        here = self._open.pop(invitation, None)
        if here is None:
            return
        if here.busy:
            # Its bytes are just being written or read.
            here.dropped = True
        else:
            here.clip.close()

    def _let_go_of_old(self) -> None:
        before_s = self._clock() - self._unfinished_s
        for invitation, here in list(self._open.items()):
            if here.touched_s < before_s and not here.busy:
                self._drop(invitation)
