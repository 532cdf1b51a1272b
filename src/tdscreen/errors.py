"""What can go wrong, in sentences that someone can act on.

Every error that tdscreen raises on purpose is a :class:`TdscreenError`. Its text is one or two plain sentences:
what happened, and what to do about it. The same sentence is shown by the shell and by the page. The class tells a
program what kind of trouble it is; ``exit_status`` is the status with which the command line ends.
"""

from __future__ import annotations


class TdscreenError(Exception):
    """The base of all errors that tdscreen raises on purpose."""

    exit_status = 1


class InputError(TdscreenError):
    """What was asked for cannot be done as asked: a missing path, a folder, an unknown task, a file in the way."""

    exit_status = 2


class VideoError(TdscreenError):
    """The file cannot be read as a video: empty, no video stream, not a video, no picture in it."""

    exit_status = 3


class LimitError(TdscreenError):
    """The clip is longer or larger than the limits set."""

    exit_status = 4


class WorkerError(TdscreenError):
    """The separate process that decodes and tracks a clip crashed, hung or was cancelled."""

    exit_status = 5


class DataError(TdscreenError):
    """A file of tracks or an assessment does not have the form that this version reads."""

    exit_status = 6


class ModelError(TdscreenError):
    """The scoring model is missing, changed or does not fit this version."""

    exit_status = 7
