"""An assessment of a quiet face."""

from __future__ import annotations

import pytest

from measured_clips import clip as measured_clip
from measured_clips import quiet_face
from tdscreen.assessment.assess import assess
from tdscreen.assessment.assessment import Assessment


@pytest.fixture(scope="session")
def some_assessment() -> Assessment:
    return assess([measured_clip(*quiet_face(tongue=True))])
