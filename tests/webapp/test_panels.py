"""What a reader sees of an assessment."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable

import pytest

from measured_clips import clip as made_clip
from measured_clips import inseparable, still, trembling
from tdscreen.assessment.assess import assess
from tdscreen.assessment.assessment import NOTICE
from tdscreen.assessment.plain import TRIAGE_STATEMENTS, TRIAGE_TITLES
from tdscreen.measurement.clip import QualityCheck
from tdscreen.scoring.predictive import FlagCounts, predictive_values
from tdscreen.vocabulary import Item, Region, TriageLevel, Verdict
from tdscreen.webapp.panels import (
    clip_facts,
    coverage_panel,
    item_cards,
    notes_panel,
    notice_bar,
    origin,
    predictive_panel,
    quality_table,
    region_table,
    rule,
    spread,
    triage_panel,
)
from tdscreen.webapp.run import Examination, MeasuredClip

Make = Callable[..., Examination]


def words(html: str) -> str:
    """Strip a panel of its tags."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html))


def test_the_triage_is_said_in_words_with_the_chance_and_the_total_out_of_its_maximum(
    examination: Make,
) -> None:
    assessment = examination().assessment
    text = words(triage_panel(assessment))
    assert TRIAGE_TITLES[assessment.triage.level] in text
    assert TRIAGE_STATEMENTS[assessment.triage.level] in text
    # The chance knows nothing of the items that were not assessed, and does not look as if it did.
    assessed = assessment.total.items_assessed
    assert f"chance that the {assessed} of 7 items assessed meet the Schooler-Kane severity rule" in text
    assert f"of {assessment.total.maximum}" in text
    assert f"over {assessment.total.items_assessed} of 7 items" in text


def test_one_recording_under_two_names_is_said_to_be_one(
    examination: Make, measured_clip: Callable[..., MeasuredClip]
) -> None:
    assert "more than once" not in origin(examination().assessment)
    twice = [measured_clip(file=file).measurement for file in ("a.mp4", "<b>.mp4")]
    told = origin(assess([*twice, dataclasses.replace(twice[0], file="c.mp4", input_sha256="1" * 64)]))
    assert "more than once:</b> a.mp4 and &lt;b&gt;.mp4. " in told


def test_a_dark_clip_reads_as_unusable_and_never_as_low_or_as_absence(examination: Make) -> None:
    assessment = examination(too_dark=True).assessment
    text = words(triage_panel(assessment))
    assert "Unusable" in text
    assert "Low" not in text
    assert "neither that there are some nor that there are none" in text
    assert "td-unusable" in triage_panel(assessment)


def test_every_triage_level_and_its_absence_has_words_of_its_own() -> None:
    assert set(TRIAGE_TITLES) == set(TRIAGE_STATEMENTS) == {*TriageLevel, None}
    assert len(set(TRIAGE_TITLES.values())) == len(TriageLevel) + 1


def test_low_says_that_it_rules_nothing_out() -> None:
    assert "does not rule out" in TRIAGE_STATEMENTS[TriageLevel.LOW]


def test_what_was_not_seen_is_listed_with_its_reason_before_what_was(examination: Make) -> None:
    text = words(coverage_panel(examination().assessment.coverage))
    for part in ("egs and feet", "ongue", "eft hand", "ight hand", "runk", "igidity"):
        assert part in text
        assert text.index(part) < text.index(" Seen ")
    assert "ips" in text[text.index(" Seen ") :]


def test_parts_that_were_not_seen_for_one_reason_are_named_together(examination: Make) -> None:
    text = words(coverage_panel(examination().assessment.coverage))
    assert text.count("It was out of the picture.") == 1
    assert "left hand and right hand" in text


def test_an_item_that_was_not_assessed_looks_different_from_a_score_of_zero(examination: Make) -> None:
    html = item_cards(examination().assessment)
    cards = html.split("<article")[1:]
    assert len(cards) == len(Item)
    tongue, lips = cards[3], cards[1]
    assert 'class="td-card absent"' in tongue
    assert "This is not a score of 0." in tongue
    assert "td-bars" not in tongue
    assert "absent" not in lips
    assert "td-bars" in lips


def test_an_assessed_item_shows_its_five_probabilities_its_spread_and_what_moved_it(
    examination: Make,
) -> None:
    found = examination().assessment
    lips = found.items[Item.LIPS]
    card = item_cards(found).split("<article")[2]
    assert lips.probabilities is not None
    assert card.count('class="bar"') == 5
    assert f"± {spread(lips.probabilities):.1f} of 4" in words(card)
    for entry in lips.contributions:
        assert entry.text[1:] in words(card)
    assert "At 4.0 to 16.0 s".lower() in words(card).lower()


def test_the_spread_of_a_score_is_the_standard_deviation_of_its_probabilities() -> None:
    assert spread((0.5, 0.0, 0.0, 0.0, 0.5)) == pytest.approx(2.0)
    assert spread((0.0, 1.0, 0.0, 0.0, 0.0)) == 0.0


def test_a_failed_check_shows_its_value_beside_the_rule_and_what_to_do(examination: Make) -> None:
    clip = examination(too_dark=True).clips[0]
    text = words(quality_table(clip.measurement.quality))
    assert "0.04 of full brightness" in text
    assert "at least 0.15 of full brightness" in text
    assert "Put a lamp in front." in text
    assert "Unusable" in text


@pytest.mark.parametrize("bound", ["at least", "at most"])
def test_a_rule_reads_as_at_least_or_at_most(bound: str) -> None:
    check = QualityCheck("light", 0.5, 0.15, bound, "", True, Verdict.LIMITED, "")
    assert rule(check) == f"{bound} 0.15"


def test_what_was_set_aside_or_cannot_be_told_is_listed_by_clip_and_part() -> None:
    trembles = trembling(Region.LEFT_HAND, amplitude_mm=5.0, percent=80.0)
    told = words(notes_panel(assess([made_clip(trembles, inseparable(Region.RIGHT_HAND), file="<b>.mp4")])))
    assert "&lt;b&gt;.mp4, left hand: tremor-like. It is set aside, and not scored." in told
    assert "&lt;b&gt;.mp4, right hand: A tremor and another movement cannot be told apart here." in told
    assert "No tremor-like movement was found" in words(notes_panel(assess([made_clip(still(Region.LIPS))])))


def test_a_region_that_was_not_seen_says_why_and_shows_no_number(examination: Make) -> None:
    rows = region_table(examination().clips[0].measurement).split("<tr")
    tongue = next(row for row in rows if ">Tongue<" in row)
    assert "Not assessed. It was out of the picture." in words(tongue)
    assert not re.search(r"\d (mm|Hz)", tongue)
    lips = next(row for row in rows if ">Lips<" in row)
    assert "3 mm (2.4 to 3.6)" in words(lips)
    assert "1.5 Hz (1.48 to 1.52)" in words(lips)


def test_a_name_full_of_markup_is_shown_and_not_obeyed(examination: Make) -> None:
    made = examination(file="<img src=x onerror=alert(1)>.mp4")
    html = (
        item_cards(made.assessment) + coverage_panel(made.assessment.coverage) + triage_panel(made.assessment)
    )
    assert "<img" not in html
    assert "&lt;img" in html


def test_a_clip_cut_short_says_how_much_was_measured(examination: Make) -> None:
    clip = examination().clips[0].measurement
    timing = dataclasses.replace(clip.timing, truncated=True, decoded_share=0.63)
    assert "63% of it was measured" in clip_facts(dataclasses.replace(clip, timing=timing))


def test_the_notice_says_research_use_and_not_fitted_on_patients() -> None:
    text = words(notice_bar(NOTICE))
    assert "research use" in text
    assert "not fitted on patients" in text


def test_nothing_that_is_shown_claims_to_detect_or_diagnose(examination: Make) -> None:
    for made in (examination(), examination(lips_mm=0.0), examination(too_dark=True)):
        shown = (
            triage_panel(made.assessment)
            + coverage_panel(made.assessment.coverage)
            + item_cards(made.assessment)
        )
        assert not re.search(r"\b(detects?|diagnos\w+)\b", words(shown), re.IGNORECASE)


def test_what_a_flag_means_says_whose_figures_these_are() -> None:
    text = words(predictive_panel(predictive_values(FlagCounts(80, 20, 90, 10, "7 made-up people"), 0.2)))
    assert "24 of 100 would be flagged" in text
    assert "known of 7 made-up people only" in text
    assert "not calibrated on patients" in text
    assert "67%" in text
