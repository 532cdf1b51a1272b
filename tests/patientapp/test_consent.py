"""Words and version of the consent go together."""

from __future__ import annotations

import pytest

from tdscreen.patientapp.consent import VERSION, WORDINGS, date_of_version, fingerprint
from tdscreen.patientapp.page import said_to_the_browser
from tdscreen.patientapp.words import entries_for, gaps, languages


@pytest.mark.parametrize("language", languages())
def test_a_changed_sentence_needs_a_new_version(language: str) -> None:
    assert fingerprint(language) == WORDINGS[VERSION][language], (
        "The words of [key] or [consent] have changed. Give them a new version in patientapp/consent.py, and leave "
        "the older ones there: people have agreed to them."
    )


@pytest.mark.parametrize("language", languages())
def test_the_consent_on_an_own_computer_names_both_ends_of_the_time(language: str) -> None:
    said = said_to_the_browser()
    assert (said["consent"]["days"], said["consent"]["most"]) == (30, 90)
    assert gaps(entries_for(language, own=True)["consent.kept"]) == {"days", "most"}


def test_the_version_in_use_is_the_latest_and_no_two_are_the_same() -> None:
    assert list(WORDINGS)[-1] == VERSION
    for language in languages():
        assert len({wording[language] for wording in WORDINGS.values()}) == len(WORDINGS)
    assert date_of_version().isoformat() == max(wording["date"] for wording in WORDINGS.values())
