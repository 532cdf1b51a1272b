"""Measure the involuntary movements of tardive dyskinesia from smartphone video. For research use."""

import sys

# Said here in a form that any Python can read: MediaPipe 0.10.21 has no wheel for other versions, and pip
# does not name that cause.
if not (3, 11) <= sys.version_info[:2] <= (3, 12):
    raise ImportError(
        "tdscreen needs Python 3.11 or 3.12, and this is Python {}.{}. "
        "Make its environment with one of those, as the README shows.".format(*sys.version_info[:2])
    )

__version__ = "0.1.0"
