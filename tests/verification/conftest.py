"""Results to make figures of, and a card made of them."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tdscreen.verification.card.contents import Card, FailedClip, all_figures
from tdscreen.verification.results import ClipResult

sys.path.insert(0, str(Path(__file__).parent))
from made_results import made_results


@pytest.fixture(scope="session")
def results() -> list[ClipResult]:
    """Return made results in which every size is found as 0.95 of it."""
    return made_results()


@pytest.fixture(scope="session")
def card(results: list[ClipResult]) -> Card:
    """Return a card of made results."""
    return Card(
        version="1.2.3",
        date="2001-02-03",
        size="standard",
        command="tdscreen verify FOLDER",
        figures=all_figures(results, planned=len(results) + 1),
        results=tuple(results),
        failed=(FailedClip("broken-<1>", "It could not be read."),),
        provenance={"tdscreen": "1.2.3", "scoring model": "ab" * 32},
    )
