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
    """A file of tracks, an assessment or a clinic's store is damaged, changed, or not as this version reads it."""

    exit_status = 6


class ModelError(TdscreenError):
    """The scoring model is missing, changed or does not fit this version."""

    exit_status = 7


class StudyError(TdscreenError):
    """A table of ratings or of results does not allow what was asked: to fit, to validate or to calibrate."""

    exit_status = 8


class ColumnsError(StudyError):
    """Columns that were named are not there, or do not fit each other or the model."""


class ScaleError(StudyError):
    """Ratings that are not on the scale."""


class OneClassError(StudyError):
    """All ratings are the same: there is nothing to tell apart."""


class TooFewPeopleError(StudyError):
    """There are too few people for what was asked."""


class LeakError(StudyError):
    """The same person, or a copy of a rating, would stand on both sides of a split."""
