"""The summary that a person reads in a shell."""

from __future__ import annotations

import dataclasses
import io
from collections.abc import Callable
from pathlib import Path

import pytest
from rich.console import Console

from tdscreen import api
from tdscreen.assessment.assessment import Assessment
from tdscreen.console import print_assessment
from tdscreen.tracking.tracks import Tracks
from tdscreen.vocabulary import Item, Task, TriageLevel


@pytest.fixture(scope="module")
def assessment_of(sample_tracks: Callable[[str], Tracks]) -> Callable[[str], Assessment]:
    return lambda name: api.assess([api.measure(sample_tracks(name), task=Task.REST)])


def summary(assessment: Assessment, *, width: int = 80) -> str:
    out = io.StringIO()
    print_assessment(assessment, console=Console(file=out, width=width, highlight=False))
    return out.getvalue()


def words(text: str) -> str:
    """Join lines that were broken, so that a sentence can be looked for."""
    return " ".join(text.replace("│", " ").split())


@pytest.mark.slow
@pytest.mark.parametrize("width", [60, 80, 120, 200])
@pytest.mark.parametrize("name", ["lips_1.5hz.mp4", "jaw_1hz.mp4", "dark.mp4"])
def test_no_line_is_wider_than_the_terminal_nor_than_can_be_read(
    name: str, width: int, assessment_of: Callable[[str], Assessment]
) -> None:
    lines = summary(assessment_of(name), width=width).splitlines()
    assert max(map(len, lines)) <= min(width, 120)
    assert "…" not in "".join(lines), "nothing is cut off"


def test_at_80_columns_each_region_has_one_line(assessment_of: Callable[[str], Assessment]) -> None:
    text = summary(assessment_of("lips_1.5hz.mp4"))
    lips = [line for line in text.splitlines() if line.startswith("│ lips ")]
    assert len(lips) == 1
    assert " 1.50 Hz " in lips[0] or " 1.49 Hz " in lips[0] or " 1.51 Hz " in lips[0]
    assert " mm (" in lips[0]
    assert "%" in lips[0]
    assert "rhythmic" in lips[0]


@pytest.mark.slow
def test_a_region_that_is_still_shows_what_could_have_been_seen(
    assessment_of: Callable[[str], Assessment],
) -> None:
    text = summary(assessment_of("rest.mp4"))
    for name in ("upper face", "lips", "jaw", "head"):
        (line,) = [line for line in text.splitlines() if line.startswith(f"│ {name} ")]
        assert "no movement found" in line
        assert line.rstrip("│ ").endswith(" mm")
        assert " 0.0" not in line


def test_what_was_not_assessed_stands_below_with_its_reason_and_is_no_row_of_numbers(
    assessment_of: Callable[[str], Assessment],
) -> None:
    text = words(summary(assessment_of("rest.mp4")))
    assert "tongue: No tongue came out past the lips in " in text
    assert "left hand: The left hand is not in the picture." in text
    assert "legs and feet: " in text


def test_regions_with_one_reason_share_a_line(assessment_of: Callable[[str], Assessment]) -> None:
    text = words(summary(assessment_of("dark.mp4")))
    assert text.count("upper face, lips, jaw, tongue, head, left hand, right hand: ") == 1


def test_triage_names_what_was_not_seen_whatever_its_level(
    assessment_of: Callable[[str], Assessment],
) -> None:
    for name in ("rest.mp4", "lips_1.5hz.mp4", "dark.mp4"):
        assessment = assessment_of(name)
        text = words(summary(assessment))
        said = text[text.index("Not seen: ") :]
        assert text.count("Not seen: ") == 1
        for part in assessment.coverage.not_seen_names:
            assert part in said


def test_a_failed_check_shows_its_value_beside_its_limit_and_what_to_do(
    assessment_of: Callable[[str], Assessment],
) -> None:
    text = words(summary(assessment_of("dark.mp4")))
    assert "Quality: unusable" in text
    assert "light: 0.0" in text
    assert "at least 0.08 of full brightness" in text
    assert "Put a lamp or a window in front of the person" in text
    assert "Triage: UNUSABLE" in text
    assert "LOW" not in text
    assert "Estimated total" not in text


def test_each_summary_says_what_it_is_for(assessment_of: Callable[[str], Assessment]) -> None:
    text = words(summary(assessment_of("rest.mp4")))
    assert "For research use." in text
    assert "support a clinician's own examination" in text
    assert "not fitted on patients" in text
    assert "detects" not in text
    assert "diagnos" not in text


def test_chances_are_never_written_as_none_or_all(assessment_of: Callable[[str], Assessment]) -> None:
    text = summary(assessment_of("rest.mp4"))
    table = text[text.index("item, 0 to 4") : text.index("Why, in points")]
    assert "<1%" in table
    assert " 0%" not in table
    assert "100%" not in table


def test_the_total_stands_with_its_maximum_and_how_many_items_it_is_of(
    assessment_of: Callable[[str], Assessment],
) -> None:
    assessment = assessment_of("lips_1.5hz.mp4")
    assert f"{assessment.total.expected:.1f} of 12 (90% interval" in words(summary(assessment))
    assert "over 3 of 7 items" in words(summary(assessment))


def test_markup_and_control_codes_in_a_name_are_shown_and_not_obeyed(
    assessment_of: Callable[[str], Assessment],
) -> None:
    assessment = assessment_of("rest.mp4")
    clip = dataclasses.replace(assessment.clips[0], file="[red]\x1b[2J\na.mp4")
    text = summary(dataclasses.replace(assessment, clips=(clip,)))
    assert "[red]�[2J�a.mp4" in text.splitlines()[0]
    assert "\x1b" not in text


def test_an_examination_too_short_to_be_sorted_says_so(assessment_of: Callable[[str], Assessment]) -> None:
    assessment = assessment_of("rest.mp4")
    unsorted = dataclasses.replace(assessment.triage, level=None, reason="No clip is long enough.")
    text = words(summary(dataclasses.replace(assessment, triage=unsorted)))
    assert "Triage: NOT SORTED No clip is long enough." in text
    assert "Not seen: tongue" in text
    assert TriageLevel.LOW.upper() not in text


def test_a_reader_finds_what_comes_out_with_other_millimetres(
    assessment_of: Callable[[str], Assessment],
) -> None:
    assessment = assessment_of("lips_1.5hz.mp4")
    text = words(summary(assessment))
    lips = assessment.items[Item.LIPS]
    smaller, larger = lips.expected_with_smaller_anchors, lips.expected_with_larger_anchors
    assert "With the assumed millimetres half and twice as large" in text
    assert f"lips {smaller:.1f} and {larger:.1f}" in text
    triage = assessment.triage
    assert f"half as large: {triage.level_with_smaller_anchors}; with twice as large: " in text
    assert "assumed millimetres" not in words(summary(assessment_of("dark.mp4")))


def test_the_sets_of_a_calibrated_model_are_told_and_of_ours_none(
    sample_tracks: Callable[[str], Tracks], assessment_of: Callable[[str], Assessment], calibrated_model: Path
) -> None:
    measured = api.measure(sample_tracks("lips_1.5hz.mp4"), task=Task.REST)
    text = words(summary(api.assess([measured], model=api.own_model(calibrated_model))))
    assert "lips: with 90%: " in text
    assert "(calibrated on 24 people, 2026-11-26" in text
    assert "calibrated on 24 people of one place" in text
    assert "with 90%" not in words(summary(assessment_of("lips_1.5hz.mp4")))
