"""What one open page holds, clips, run and pictures, and the end of all that when it closes."""

from __future__ import annotations

import atexit
import itertools
import threading
from collections import OrderedDict
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from tdscreen import api
from tdscreen.tracking.drawing import draw_landmarks
from tdscreen.vocabulary import Task
from tdscreen.webapp.pictures import around_followed, encode
from tdscreen.webapp.run import ClipRequest, MeasuredClip, Run
from tdscreen.webapp.scorer import model_in_use
from tdscreen.webapp.shelf import Shelf

ABSENCE_S = 60.0
"""A page that is gone for so long is closed: longer than a connection blinks (assumed), and as long as
``disconnectedSessionTTL`` in ``config.toml``."""

_PICTURES_KEPT = 8
_ENDING_S = 5.0
"""A worker that was told to end is waited for so long before its clip is removed."""
_JOINER = "\u200d"
"""Makes one emoji of several, and does no harm."""
_NUMBERS = itertools.count(1)


@dataclass
class DroppedClip:
    """A clip that lies on the desk.

    Attributes
    ----------
    number : int
        Tells it from all others; widgets are named after it.
    name : str
        What it was called on the uploader's machine, numbered if another has that name; never a path.
    path : Path
    size_bytes : int
    task : Task or None
        None until it was named.
    mirrored : bool
    """

    name: str
    path: Path
    size_bytes: int
    task: Task | None = None
    mirrored: bool = False
    number: int = field(default_factory=lambda: next(_NUMBERS))


def readable_name(name: str) -> str:
    """Give a file's name as people may read it beside other words.

    Folders go, as Unix and as Windows write them, and so do characters that are not seen but change how the words
    after them are read, as those that turn their direction. A name of which nothing is left says so.
    """
    last = name.replace("\\", "/").rpartition("/")[2]
    seen = "".join(letter for letter in last if letter.isprintable() or letter == _JOINER)
    return seen.strip() or "clip without a name"


class Desk:
    """All that one open page holds. :meth:`close` ends the worker and removes every clip, picture and result.

    Parameters
    ----------
    absence_s : float
        How long the page may be away before the desk is closed.
    """

    def __init__(self, *, absence_s: float = ABSENCE_S) -> None:
        self.number = next(_NUMBERS)
        self.shelf = Shelf()
        self.clips: list[DroppedClip] = []
        self.run: Run | None = None
        self.together = True
        self.uploads_taken = 0
        self.reading = False
        self.closed = False
        self._absence_s = absence_s
        self._leaving: threading.Timer | None = None
        self._pictures: OrderedDict[tuple[Path, int, bool], bytes] = OrderedDict()
        self._lock = threading.RLock()
        atexit.register(self.close)

    def drop(self, name: str, source: BinaryIO, *, size_bytes: int) -> DroppedClip:
        """Lay an upload on the desk."""
        readable, taken = readable_name(name), {clip.name for clip in self.clips}
        # Phones call many clips alike, and a reason must say which of them it is about.
        others = (f"{readable} ({count})" for count in itertools.count(2))
        free = readable if readable not in taken else next(other for other in others if other not in taken)
        clip = DroppedClip(free, self.shelf.put(source), size_bytes)
        self.clips.append(clip)
        return clip

    def remove(self, clip: DroppedClip) -> None:
        """Take a clip off the desk and delete its bytes. An impatient second click is no error."""
        if clip in self.clips:
            self.clips.remove(clip)
        clip.path.unlink(missing_ok=True)

    def start(self) -> None:
        """Measure the clips on the desk. Every clip's task must have been named.

        An impatient second click does not begin a second run, which would leave the first one without an owner.
        """
        if self.run is not None:
            return
        requests = [
            ClipRequest(clip.name, clip.path, clip.task, clip.mirrored)
            for clip in self.clips
            if clip.task is not None
        ]
        self.run = Run(requests, together=self.together, model=model_in_use())
        self.run.start()

    def forget_results(self) -> None:
        """Go back to the clips: end the run and drop what came of it. The clips stay."""
        with self._lock:
            if self.run is not None:
                self.run.cancel()
            self.run = None
            self._pictures.clear()

    def picture(self, clip: MeasuredClip, index: int, *, close_up: bool = False) -> bytes:
        """Decode one picture of a clip in the isolated worker and draw its landmarks.

        Parameters
        ----------
        clip : MeasuredClip
        index : int
            Of the picture in the clip's tracks.
        close_up : bool
            Only the part around face and hands.

        Returns
        -------
        bytes
            A JPEG.

        Raises
        ------
        TdscreenError
            The picture cannot be decoded.
        """
        key = (clip.request.path, index, close_up)
        with self._lock:
            if key in self._pictures:
                self._pictures.move_to_end(key)
                return self._pictures[key]
        rgb = api.frame_at(clip.request.path, float(clip.tracks.times_s[index]))
        whole = draw_landmarks(rgb, clip.tracks, index)
        drawn = encode(around_followed(whole, clip.tracks, index) if close_up else whole)
        with self._lock:
            if not self.closed:
                self._pictures[key] = drawn
                while len(self._pictures) > _PICTURES_KEPT:
                    self._pictures.popitem(last=False)
        return drawn

    def present(self) -> None:
        """Note that the page is there: it may have been away for a moment."""
        with self._lock:
            if self._leaving is not None:
                self._leaving.cancel()
                self._leaving = None

    def leave(self) -> None:
        """Note that the page has gone. Unless it comes back in time, the desk is closed."""
        with self._lock:
            if self.closed or self._leaving is not None:
                return
            self._leaving = threading.Timer(self._absence_s, self.close)
            self._leaving.daemon = True
            self._leaving.start()

    def close(self) -> None:
        """End the worker, and remove every clip, picture and result."""
        with self._lock:
            self.closed = True
            self.present()
            run, self.run = self.run, None
            self.clips.clear()
            self._pictures.clear()
        if run is not None:
            run.cancel()
            run.wait(_ENDING_S)
        self.shelf.close()
        atexit.unregister(self.close)
