"""Whoever looks at thumbnails beside the server: one process, which is replaced when it dies or does not answer."""

from __future__ import annotations

import json
import os
import selectors
import subprocess
import sys
import threading
import time

from tdscreen.confinement import child_environment
from tdscreen.settings import RECORDER

_SERVE = "from tdscreen.patientapp.looking import serve; serve()"


class Onlooker:
    """Answers what is wrong with a picture, one at a time.

    Begun with the first question, or before. Until its models are loaded nobody gets an answer.

    Parameters
    ----------
    wait_s : float
        For the turn. Who would wait longer gets no answer, and asks with the next picture.
    deadline_s : float
        For an answer.
    start_deadline_s : float
        Until its models are loaded; nobody waits for that.
    """

    def __init__(
        self,
        *,
        wait_s: float = RECORDER.look_wait_s,
        deadline_s: float = RECORDER.look_deadline_s,
        start_deadline_s: float = RECORDER.look_start_deadline_s,
    ) -> None:
        self._wait_s = wait_s
        self._deadline_s = deadline_s
        self._start_deadline_s = start_deadline_s
        self._ready = False
        self._begun_s = 0.0
        self._lock = threading.Lock()
        self._waiting: set[str] = set()
        self._ended: set[str] = set()
        self._process: subprocess.Popen[bytes] | None = None
        self._unread = b""

    def look(
        self, picture: bytes, *, of: str, hands: bool, mouth: bool, full_width_px: int
    ) -> list[str] | None:
        """Say what should be otherwise.

        Parameters
        ----------
        picture : bytes
            A small JPEG, from whomever.
        of : str
            Of which recording it is.
        hands, mouth : bool
            Whether they must be seen.
        full_width_px : int
            Of the recording's pictures.

        Returns
        -------
        list of str or None
            See :func:`tdscreen.patientapp.hints.hints_for`; None where nobody looked.
        """
        # One phone has one place in the queue, however much it sends.
        if of in self._waiting:
            return None
        self._waiting.add(of)
        try:
            return self._in_turn(picture, of=of, hands=hands, mouth=mouth, full_width_px=full_width_px)
        finally:
            self._waiting.discard(of)

    def _in_turn(
        self, picture: bytes, *, of: str, hands: bool, mouth: bool, full_width_px: int
    ) -> list[str] | None:
        if not self._lock.acquire(timeout=self._wait_s):
            return None
        try:
            if not self._is_ready():
                return None
            self._tell_what_ended()
            question = {
                "bytes": len(picture),
                "of": of,
                "hands": hands,
                "mouth": mouth,
                "full_width_px": full_width_px,
            }
            return self._ask(json.dumps(question).encode() + b"\n" + picture)
        except (BrokenPipeError, _NoAnswerError):
            self._end()
            return None
        finally:
            self._lock.release()

    def forget(self, of: str) -> None:
        """Let go of the last picture of a recording that has ended."""
        with self._lock:
            self._ended.add(of)
            try:
                if self._process is not None and self._is_ready():
                    self._tell_what_ended()
            except (BrokenPipeError, _NoAnswerError):
                self._end()

    def _tell_what_ended(self) -> None:
        while self._ended:
            self._ask(json.dumps({"bytes": 0, "forget": self._ended.pop()}).encode() + b"\n")

    def begin(self) -> None:
        """Let it load its models, if it has not, for whoever is about to record. Does not wait."""
        if self._lock.acquire(blocking=False):
            try:
                self._is_ready()
            except _NoAnswerError:
                self._end()
            finally:
                self._lock.release()

    def close(self) -> None:
        """End the process."""
        with self._lock:
            self._end()

    def _is_ready(self) -> bool:
        """Begin the process if there is none, and say whether it has loaded its models."""
        if self._process is None or self._process.poll() is not None:
            self._end()
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-c", _SERVE],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env=child_environment(),
                start_new_session=True,
            )
            self._ready = False
            self._begun_s = time.monotonic()
        if not self._ready:
            try:
                self._line(0.0)
            except _NotYetError:
                if time.monotonic() - self._begun_s > self._start_deadline_s:
                    raise _NoAnswerError from None
                return False
            self._ready = True
        return True

    def _ask(self, question: bytes) -> list[str] | None:
        assert self._process is not None
        assert self._process.stdin is not None
        self._process.stdin.write(question)
        self._process.stdin.flush()
        try:
            answer = json.loads(self._line(self._deadline_s))
        except _NotYetError as error:
            raise _NoAnswerError from error
        return None if answer is None else [str(one) for one in answer]

    def _line(self, within_s: float) -> bytes:
        assert self._process is not None
        assert self._process.stdout is not None
        until_s = time.monotonic() + within_s
        with selectors.DefaultSelector() as waiting:
            waiting.register(self._process.stdout, selectors.EVENT_READ)
            while b"\n" not in self._unread:
                if not waiting.select(timeout=max(until_s - time.monotonic(), 0.0)):
                    raise _NotYetError
                piece = os.read(self._process.stdout.fileno(), 65536)
                if not piece:
                    raise _NoAnswerError
                self._unread += piece
        line, _, self._unread = self._unread.partition(b"\n")
        return line

    def _end(self) -> None:
        # What it held goes with it.
        self._ended.clear()
        if self._process is None:
            return
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.kill()
        self._process.wait()
        self._process.stdout.close()
        # What was not sent has nowhere to go.
        try:
            self._process.stdin.close()
        except BrokenPipeError:
            self._process.stdin = None
        self._process = None
        self._unread = b""


class _NoAnswerError(Exception):
    """The process has ended, or is stuck."""


class _NotYetError(Exception):
    """There is no answer so far."""
