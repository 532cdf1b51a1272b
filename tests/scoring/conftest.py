"""The model that came with this version."""

from __future__ import annotations

import pytest

from tdscreen.scoring.model import SeverityModel, load_model


@pytest.fixture(scope="session")
def model() -> SeverityModel:
    return load_model()
