"""An assessment says what its clips show, and never calls absent what they do not."""

from __future__ import annotations

import dataclasses
import hashlib
import itertools
import math
import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from measured_clips import (
    asked_for,
    clip,
    features,
    inseparable,
    moving,
    quiet_face,
    still,
    trembling,
    unseen,
)
from tdscreen.assessment.assess import assess, examination_sha256
from tdscreen.errors import DataError, InputError
from tdscreen.measurement.clip import ClipMeasurement, MovingTogether
from tdscreen.motion.coupling import Coupling
from tdscreen.motion.tongue_signals import Protrusion
from tdscreen.settings import SCORING
from tdscreen.vocabulary import Item, MovementType, Region, Task, TriageLevel, Verdict

FACE_ITEMS = (Item.FACIAL_EXPRESSION, Item.LIPS, Item.JAW)


# Triage


def test_a_quiet_clip_without_the_tongue_is_uncertain_and_says_that_the_tongue_is_missing() -> None:
    found = assess([clip(*quiet_face(tongue=False))])
    assert found.triage.level is TriageLevel.UNCERTAIN
    assert "needed before an examination can be called low: tongue" in found.triage.reason
    assert found.triage.probability_schooler_kane is not None
    assert found.triage.probability_schooler_kane < 0.05


def test_a_quiet_clip_with_upper_face_lips_jaw_and_tongue_is_low_and_lists_what_was_not_seen() -> None:
    found = assess([clip(*quiet_face(tongue=True))])
    assert found.triage.level is TriageLevel.LOW
    for name in ("left hand", "right hand", "legs and feet", "trunk", "rigidity"):
        assert name in found.triage.reason
    assert {"legs", "trunk", "rigidity"} <= set(found.coverage.not_seen)


@pytest.mark.parametrize("missing", [Region.UPPER_FACE, Region.LIPS, Region.JAW, Region.TONGUE])
def test_low_needs_each_of_the_four_regions(missing: Region) -> None:
    seen = [entry for entry in quiet_face(tongue=True) if entry.region is not missing]
    assert assess([clip(*seen)]).triage.level is TriageLevel.UNCERTAIN


def test_a_jaw_that_moves_at_the_rate_of_chewing_is_scored_and_gum_is_asked_about() -> None:
    chewing = dataclasses.replace(
        moving(Region.JAW, amplitude_mm=5.0, percent=90.0),
        movement_types=(MovementType.RHYTHMIC, MovementType.CHEWING_LIKE),
    )
    found = assess([clip(chewing)])
    assert found.items[Item.JAW].assessed
    assert "is there gum" in found.triage.reason
    assert (
        "is there gum" not in assess([clip(moving(Region.JAW, amplitude_mm=5.0, percent=90.0))]).triage.reason
    )


def test_a_tremor_that_was_set_aside_is_said_to_be_so() -> None:
    trembling = dataclasses.replace(
        moving(Region.LEFT_HAND, amplitude_mm=5.0, percent=90.0),
        movement_types=(MovementType.RHYTHMIC, MovementType.TREMOR_LIKE),
        scored_amplitude_mm=0.0,
        scored_percent_time_moving=0.0,
    )
    said = "Tremor-like movement was set aside and not scored: left hand."
    assert said in assess([clip(trembling, still(Region.LIPS))]).triage.reason
    assert "Tremor" not in assess([clip(still(Region.LEFT_HAND))]).triage.reason


def test_a_region_seen_for_3_s_of_a_long_clip_gives_no_item() -> None:
    glimpsed = [dataclasses.replace(entry, assessed_s=3.0) for entry in quiet_face(tongue=True)]
    found = assess([clip(*glimpsed)])
    assert not any(item.assessed for item in found.items.values())
    assert "only 3.0 s" in (found.items[Item.LIPS].reason or "")
    assert found.triage.level is TriageLevel.UNCERTAIN


@pytest.mark.parametrize("brief", [Region.UPPER_FACE, Region.TONGUE])
def test_low_needs_each_of_the_four_regions_for_long_enough(brief: Region) -> None:
    seen = [
        dataclasses.replace(entry, assessed_s=6.0) if entry.region is brief else entry
        for entry in quiet_face(tongue=True)
    ]
    found = assess([clip(*seen)])
    assert found.triage.level is TriageLevel.UNCERTAIN
    assert "Seen for less than 8 s" in found.triage.reason
    one = clip(*seen, file="a.mp4")
    assert assess([one, clip(*seen, file="b.mp4")]).triage.level is TriageLevel.LOW
    assert assess([one, dataclasses.replace(one, file="copy.mp4")]).triage.level is TriageLevel.UNCERTAIN


def test_strong_movement_is_elevated_and_names_where_it_was_seen() -> None:
    found = assess([clip(moving(Region.LIPS, amplitude_mm=6.0, percent=90.0), still(Region.JAW))])
    assert found.triage.level is TriageLevel.ELEVATED
    assert "Most movement: lips." in found.triage.reason


def test_between_the_cut_offs_it_is_uncertain() -> None:
    found = assess(
        [clip(*quiet_face(tongue=True)[:3], moving(Region.TONGUE, amplitude_mm=10.0, percent=30.0))]
    )
    assert found.triage.level is TriageLevel.UNCERTAIN
    assert "between the cut-offs of 5% and 50%" in found.triage.reason


@pytest.mark.parametrize(
    ("amplitude_mm", "level"), [(3.0, TriageLevel.UNCERTAIN), (36.0, TriageLevel.ELEVATED)]
)
def test_a_clip_of_hands_only_is_never_low(amplitude_mm: float, level: TriageLevel) -> None:
    hands = clip(
        moving(Region.LEFT_HAND, amplitude_mm=amplitude_mm, percent=90.0, measure="wrist"),
        still(Region.RIGHT_HAND),
        task=Task.ARMS_OUT,
    )
    found = assess([hands])
    assert found.triage.level is level
    assert found.total.items_assessed == 1
    assert found.total.maximum == 4


def test_an_unusable_clip_is_unusable_with_its_reason_and_never_low() -> None:
    found = assess([clip(*quiet_face(tongue=True), verdict=Verdict.UNUSABLE)])
    assert found.triage.level is TriageLevel.UNUSABLE
    assert "too dark" in found.triage.reason
    assert found.total.expected is None
    assert not any(item.assessed for item in found.items.values())
    assert all("too dark" in (found.items[item].reason or "") for item in FACE_ITEMS)
    assert not found.coverage.seen


def test_a_dark_clip_is_unusable_even_if_it_is_short_too() -> None:
    found = assess([clip(*quiet_face(tongue=False), verdict=Verdict.UNUSABLE, duration_s=4.0)])
    assert found.triage.level is TriageLevel.UNUSABLE
    assert "too dark" in found.triage.reason


def test_an_unusable_clip_beside_a_good_one_gives_no_evidence() -> None:
    dark = clip(
        moving(Region.LIPS, amplitude_mm=9.0, percent=95.0), file="dark.mp4", verdict=Verdict.UNUSABLE
    )
    good = clip(*quiet_face(tongue=True), file="good.mp4")
    found = assess([dark, good])
    assert found.triage.level is TriageLevel.LOW
    assert found.items[Item.LIPS].expected == assess([good]).items[Item.LIPS].expected
    assert [entry.file for entry in found.items[Item.LIPS].set_aside] == ["dark.mp4"]


def test_a_clip_under_10_s_reports_its_regions_but_neither_items_nor_triage() -> None:
    found = assess([clip(moving(Region.LIPS, amplitude_mm=6.0, percent=90.0), duration_s=9.9)])
    assert found.triage.level is None
    assert found.triage.probability_schooler_kane is None
    assert "9.9 s" in found.triage.reason
    assert found.total.expected is None
    assert found.total.interval is None
    assert found.total.reason == found.triage.reason
    assert "9.9 s long" in (found.items[Item.LIPS].reason or "")
    assert found.clips[0].regions[Region.LIPS].amplitude_mm == 6.0
    assert assess([clip(still(Region.LIPS), duration_s=10.0)]).items[Item.LIPS].assessed


@pytest.mark.parametrize("duration_s", [9.9, 9.99, 9.998])
def test_a_clip_a_hair_under_10_s_is_not_said_to_be_10_s_long(duration_s: float) -> None:
    found = assess([clip(moving(Region.LIPS, amplitude_mm=6.0, percent=90.0), duration_s=duration_s)])
    assert found.triage.level is None
    assert "the longest is 9.9 s" in found.triage.reason
    assert "The clip is 9.9 s long" in (found.items[Item.LIPS].reason or "")


def test_a_clip_of_10_s_on_a_clock_of_milliseconds_is_10_s_long() -> None:
    assert assess([clip(still(Region.LIPS), duration_s=9.9996)]).items[Item.LIPS].assessed


def test_a_short_good_clip_and_a_long_dark_one_are_unusable_together() -> None:
    short = clip(*quiet_face(tongue=True), file="short.mp4", duration_s=5.0)
    dark = clip(file="dark.mp4", verdict=Verdict.UNUSABLE)
    found = assess([short, dark])
    assert found.triage.level is TriageLevel.UNUSABLE
    assert "short.mp4: The clip is 5.0 s long" in found.triage.reason
    assert "dark.mp4: The clip is unusable." in found.triage.reason


def test_where_nothing_could_be_scored_it_is_uncertain_without_a_chance() -> None:
    found = assess([clip(asked_for(Region.LEFT_HAND, amplitude_mm=40.0, percent=100.0))])
    assert found.triage.level is TriageLevel.UNCERTAIN
    assert found.triage.probability_schooler_kane is None
    assert found.total.reason is not None


# Items


def test_tremor_is_set_aside_and_what_is_left_is_scored() -> None:
    tremor_only = assess([clip(trembling(Region.LIPS, amplitude_mm=6.0, percent=95.0))]).items[Item.LIPS]
    assert tremor_only.expected is not None
    assert tremor_only.expected < 0.2
    both = trembling(Region.LIPS, amplitude_mm=6.0, percent=95.0, left_mm=3.5, left_percent=57.5)
    alone = moving(Region.LIPS, amplitude_mm=3.5, percent=57.5)
    assert assess([clip(both)]).items[Item.LIPS].expected == assess([clip(alone)]).items[Item.LIPS].expected


def test_where_tremor_and_movement_cannot_be_told_apart_the_item_is_not_assessed_and_not_0() -> None:
    item = assess([clip(inseparable(Region.LIPS), still(Region.JAW))]).items[Item.LIPS]
    assert not item.assessed
    assert item.expected is None
    assert item.probabilities is None
    assert "cannot be told apart" in (item.reason or "")


def test_movement_that_was_asked_for_is_not_scored_but_the_other_hand_is() -> None:
    tapping = clip(
        asked_for(Region.LEFT_HAND, amplitude_mm=40.0, percent=100.0), task=Task.FINGER_TAPPING_LEFT
    )
    item = assess([tapping]).items[Item.UPPER_LIMBS]
    assert not item.assessed
    assert "asked for" in (item.reason or "")
    with_other = dataclasses.replace(
        tapping, regions={**tapping.regions, Region.RIGHT_HAND: still(Region.RIGHT_HAND)}
    )
    item = assess([with_other]).items[Item.UPPER_LIMBS]
    assert item.assessed
    assert item.evidence is not None
    assert item.evidence.region is Region.RIGHT_HAND
    assert item.expected is not None
    assert item.expected < 0.2


def test_movement_marked_as_asked_for_is_not_scored_even_if_it_was_given_figures() -> None:
    marked = moving(Region.JAW, amplitude_mm=9.0, percent=90.0, types=(MovementType.VOLUNTARY_TASK,))
    assert not assess([clip(marked, task=Task.SPEECH)]).items[Item.JAW].assessed


def test_the_worse_of_two_hands_counts() -> None:
    found = assess(
        [
            clip(
                moving(Region.LEFT_HAND, amplitude_mm=3.0, percent=20.0),
                moving(Region.RIGHT_HAND, amplitude_mm=30.0, percent=80.0),
            )
        ]
    )
    evidence = found.items[Item.UPPER_LIMBS].evidence
    assert evidence is not None
    assert evidence.region is Region.RIGHT_HAND


def test_the_same_millimetres_weigh_less_at_the_wrist_than_at_a_fingertip() -> None:
    def expected(measure: str) -> float:
        hand = moving(Region.LEFT_HAND, amplitude_mm=16.5, percent=60.0, measure=measure)
        return assess([clip(hand)]).items[Item.UPPER_LIMBS].expected or 0.0

    assert expected("wrist") < expected("index_tip") - 0.2


def test_an_item_says_at_which_seconds_its_region_moved_tremor_set_aside() -> None:
    lips = moving(Region.LIPS, amplitude_mm=3.0, percent=30.0)
    (opening,) = lips.signals
    early = dataclasses.replace(opening, bouts=((1.0, 3.0), (8.0, 9.0)))
    later = dataclasses.replace(opening, name="lips.width", bouts=((2.0, 4.5),))
    shaking = dataclasses.replace(
        opening,
        name="lips.shift",
        bouts=((0.0, 20.0),),
        without_tremor=dataclasses.replace(opening, bouts=()),
    )
    turning = dataclasses.replace(opening, name="lips.tilt", unit="deg", bouts=((12.0, 13.0),))
    found = assess([clip(dataclasses.replace(lips, signals=(early, later, shaking, turning)))])
    evidence = found.items[Item.LIPS].evidence
    assert evidence is not None
    assert evidence.bouts_s == ((1.0, 4.5), (8.0, 9.0))


@pytest.mark.parametrize("item", [Item.LOWER_LIMBS, Item.TRUNK])
def test_legs_and_trunk_are_always_not_assessed_with_a_reason(item: Item) -> None:
    found = assess([clip(*quiet_face(tongue=True))]).items[item]
    assert not found.assessed
    assert "examine them in person" in (found.reason or "")


def test_stillness_in_a_clip_too_coarse_to_show_movement_is_not_assessed() -> None:
    found = assess([clip(still(Region.LIPS, noise_floor_mm=5.0))]).items[Item.LIPS]
    assert not found.assessed
    assert "too unsteady or coarse to show 2 mm" in (found.reason or "")
    assert assess([clip(still(Region.LIPS, noise_floor_mm=3.9))]).items[Item.LIPS].assessed


def test_fingers_that_a_trembling_wrist_hides_are_not_called_still() -> None:
    wrist = trembling(Region.LEFT_HAND, amplitude_mm=25.0, percent=100.0)
    fingers = features("left_hand.index_tip", amplitude_mm=0.0, percent=0.0, noise_floor_mm=17.0)
    hidden = dataclasses.replace(wrist, signals=(*wrist.signals, fingers))
    found = assess([clip(hidden)]).items[Item.UPPER_LIMBS]
    assert not found.assessed
    assert "No movement was found beside the tremor" in (found.reason or "")
    assert "to show 8 mm" in (found.reason or "")
    clear = dataclasses.replace(fingers, noise_floor=15.0)
    seen = dataclasses.replace(wrist, signals=(*wrist.signals, clear))
    assert assess([clip(seen)]).items[Item.UPPER_LIMBS].assessed


def test_a_movement_says_in_words_what_it_did_to_the_score() -> None:
    item = assess([clip(moving(Region.LIPS, amplitude_mm=3.2, percent=60.0))]).items[Item.LIPS]
    size, time, both = item.contributions
    assert re.fullmatch(r"lips moved 3\.2 mm \(moderate: 2 to 5 mm\): \+\d\.\d", size.text)
    assert re.fullmatch(r"lips moved 60% of the time \(40 to 75%\): \+\d\.\d", time.text)
    assert re.fullmatch(r"lips: size and time together: [+-]\d\.\d", both.text)
    assert (size.unit, time.unit, both.unit, both.value) == ("mm", "%", "", None)
    assert item.baseline is not None
    told = item.baseline + math.fsum(entry.contribution for entry in item.contributions)
    assert told == pytest.approx(item.severity, abs=1e-12)


def test_smaller_anchors_raise_and_larger_ones_lower_the_expected_score() -> None:
    item = assess([clip(moving(Region.LIPS, amplitude_mm=3.0, percent=60.0))]).items[Item.LIPS]
    as_if_twice = assess([clip(moving(Region.LIPS, amplitude_mm=6.0, percent=60.0))]).items[Item.LIPS]
    as_if_half = assess([clip(moving(Region.LIPS, amplitude_mm=1.5, percent=60.0))]).items[Item.LIPS]
    assert item.expected_with_smaller_anchors == as_if_twice.expected
    assert item.expected_with_larger_anchors == as_if_half.expected


@pytest.mark.parametrize(
    ("at_rest", "tapping", "flag"),
    [
        (still(Region.LIPS), moving(Region.LIPS, amplitude_mm=4.0, percent=50.0), True),
        (
            moving(Region.LIPS, amplitude_mm=3.0, percent=50.0),
            moving(Region.LIPS, amplitude_mm=4.0, percent=50.0),
            False,
        ),
        (unseen(Region.LIPS), moving(Region.LIPS, amplitude_mm=4.0, percent=50.0), None),
        (still(Region.LIPS), still(Region.LIPS), False),
    ],
)
def test_movement_seen_only_while_fingers_were_tapped_is_flagged(
    at_rest: object, tapping: object, flag: bool | None
) -> None:
    clips = [
        clip(at_rest, file="rest.mp4"),
        clip(tapping, file="tap.mp4", task=Task.FINGER_TAPPING_LEFT),
    ]
    assert assess(clips).items[Item.LIPS].on_activation_only is flag


def test_the_item_keeps_its_score_and_the_total_takes_a_point_off_only_if_that_is_the_convention() -> None:
    clips = [
        clip(still(Region.LIPS), file="rest.mp4"),
        clip(
            moving(Region.LIPS, amplitude_mm=4.0, percent=60.0), file="tap.mp4", task=Task.FINGER_TAPPING_LEFT
        ),
    ]
    raw = assess(clips)
    lowered = assess(clips, settings=dataclasses.replace(SCORING, activation_takes_one=True))
    assert lowered.items[Item.LIPS] == raw.items[Item.LIPS]
    assert raw.items[Item.LIPS].on_activation_only
    assert raw.total.expected is not None
    assert lowered.total.expected is not None
    assert 0.8 < raw.total.expected - lowered.total.expected <= 1.0
    assert (raw.total.activation_takes_one, lowered.total.activation_takes_one) == (False, True)
    assert "nothing is taken off" in raw.provenance.convention
    assert "a point is taken off" in lowered.provenance.convention


# What moves with something else


def together(found: ClipMeasurement, correlation: float, *parts: Region) -> ClipMeasurement:
    """Make parts of a clip move together so closely."""
    first, second = (found.regions[part].signal or "" for part in parts)
    pair = MovingTogether(first, second, Coupling(20.0, correlation, 0.0, None, None, None))
    return dataclasses.replace(found, moving_together=(*found.moving_together, pair))


@pytest.mark.parametrize(
    ("lips_mm", "jaw_mm", "correlation", "lips_move", "jaw_moves"),
    [
        (4.0, 4.0, 0.99, False, True),  # the lower lip rides on the jaw
        (4.0, 1.5, 0.99, True, False),  # the lips drag the chin's skin along
        (4.0, 2.8, 0.99, True, True),  # neither is plain
        (4.0, 4.0, 0.6, True, True),  # they move by themselves
        (
            9.0,
            5.0,
            0.99,
            False,
            True,
        ),  # no lips part by 18 mm unless the jaw opens, however little of it was seen
    ],
)
def test_of_lips_and_jaw_that_go_as_one_only_that_counts_which_moves_the_other(
    lips_mm: float, jaw_mm: float, correlation: float, lips_move: bool, jaw_moves: bool
) -> None:
    seen = clip(
        moving(Region.LIPS, amplitude_mm=lips_mm, percent=80.0),
        moving(Region.JAW, amplitude_mm=jaw_mm, percent=80.0),
    )
    found = assess([together(seen, correlation, Region.LIPS, Region.JAW)]).items
    for item, moves, carrier in ((Item.LIPS, lips_move, Region.JAW), (Item.JAW, jaw_moves, Region.LIPS)):
        evidence = found[item].evidence
        assert evidence is not None
        assert (evidence.amplitude_mm > 0) is moves
        assert evidence.carried_by == (None if moves else carrier)
        if not moves:
            assert "only went along with the" in found[item].contributions[0].text


@pytest.mark.parametrize(("jaw_mm", "counts"), [(3.9, False), (4.1, True), (9.0, True)])
def test_a_jaw_that_makes_way_for_the_tongue_does_not_count_and_one_that_goes_farther_does(
    jaw_mm: float, *, counts: bool
) -> None:
    tongue = dataclasses.replace(
        moving(Region.TONGUE, amplitude_mm=12.0, percent=40.0), protrusions=(Protrusion(2.0, 2.6, 12.0),)
    )
    seen = clip(tongue, moving(Region.JAW, amplitude_mm=jaw_mm, percent=60.0))
    found = assess([together(seen, 0.8, Region.JAW, Region.TONGUE)]).items
    assert found[Item.JAW].evidence is not None
    assert found[Item.JAW].evidence.carried_by == (None if counts else Region.TONGUE)
    assert ((found[Item.JAW].expected or 0.0) > 1.0) == counts
    assert (found[Item.TONGUE].expected or 0.0) > 1.5


# What the model was not fitted on, and what the measurement leaves open


def test_more_movement_than_the_model_was_fitted_on_is_named_and_uncertain() -> None:
    found = assess([clip(moving(Region.JAW, amplitude_mm=60.0, percent=90.0))])
    assert found.triage.level is TriageLevel.UNCERTAIN
    (told,) = found.items[Item.JAW].out_of_range
    assert told in found.triage.reason
    assert "60 mm, which is more than the model was fitted on" in told


def test_an_amplitude_that_is_not_sure_makes_the_score_less_sure() -> None:
    sure = moving(Region.TONGUE, amplitude_mm=9.0, percent=60.0)
    unsure = dataclasses.replace(sure, amplitude_interval_mm=(0.0, 21.0))
    items = [assess([clip(one)]).items[Item.TONGUE] for one in (sure, unsure)]
    spreads = [np.arange(5.0) ** 2 @ i.probabilities - (np.arange(5.0) @ i.probabilities) ** 2 for i in items]
    assert spreads[1] > 1.2 * spreads[0]
    widths = [i.interval[1] - i.interval[0] for i in items if i.interval is not None]
    assert widths[1] >= widths[0]


def test_a_total_can_sort_instead_of_the_severity_rule() -> None:
    seen = [
        clip(
            *(moving(r, amplitude_mm=1.0, percent=30.0) for r in (Region.LIPS, Region.JAW, Region.UPPER_FACE))
        )
    ]
    by_total = assess(seen, settings=dataclasses.replace(SCORING, sort_by_total=True, total_cut=2))
    assert by_total.triage.rule == "total"
    assert by_total.triage.level is TriageLevel.ELEVATED
    assert "add up to 2 or more" in by_total.triage.reason
    by_rule = assess(seen)
    assert by_rule.triage.rule == "schooler_kane"
    assert by_rule.triage.level is TriageLevel.UNCERTAIN
    assert by_rule.triage.probability_total is not None


# Several clips


def test_several_clips_join_to_one_examination_in_which_the_highest_severity_counts() -> None:
    face = clip(*quiet_face(tongue=False), file="face.mp4")
    tongue = clip(
        still(Region.TONGUE), moving(Region.LIPS, amplitude_mm=3.5, percent=20.0), file="tongue.mp4"
    )
    hands = clip(still(Region.LEFT_HAND), still(Region.RIGHT_HAND), file="hands.mp4")
    found = assess([face, tongue, hands])
    assert found.total.items_assessed == 5
    assert found.total.maximum == 20
    evidence = found.items[Item.LIPS].evidence
    assert evidence is not None
    assert evidence.file == "tongue.mp4"
    assert list(found.coverage.not_seen) == ["head", "legs", "trunk", "rigidity"]
    assert found.coverage.parts["lips"].files == ("face.mp4", "tongue.mp4")


def test_the_order_of_clips_changes_no_digit() -> None:
    same = moving(Region.LIPS, amplitude_mm=3.5, percent=20.0)
    clips = [
        clip(same, still(Region.JAW), file="a.mp4"),
        clip(same, moving(Region.JAW, amplitude_mm=5.0, percent=50.0), file="b.mp4"),
        clip(inseparable(Region.LIPS), moving(Region.TONGUE, amplitude_mm=4.0, percent=10.0), file="c.mp4"),
    ]
    first = assess(clips)
    for order in itertools.permutations(clips):
        again = assess(order)
        assert again.items == first.items
        assert (again.total, again.triage, again.coverage, again.provenance) == (
            first.total,
            first.triage,
            first.coverage,
            first.provenance,
        )


def test_the_same_clip_twice_changes_no_item() -> None:
    once = clip(moving(Region.LIPS, amplitude_mm=3.5, percent=20.0))
    assert assess([once, once]).items[Item.LIPS].expected == assess([once]).items[Item.LIPS].expected


def test_an_examination_of_one_clip_has_that_clips_hash_and_one_of_several_a_hash_of_both() -> None:
    one, two = clip(still(Region.LIPS), file="a.mp4"), clip(still(Region.LIPS), file="b.mp4")
    assert assess([one]).provenance.input_sha256 == one.input_sha256
    both = assess([one, two]).provenance.input_sha256
    assert both == assess([two, one]).provenance.input_sha256
    assert both not in {one.input_sha256, two.input_sha256}
    in_a_row = hashlib.sha256(b"0" * 64 + b"1" * 64).hexdigest()
    assert examination_sha256(["1" * 64, "0" * 64]) == in_a_row


# Wholes


@settings(max_examples=60, deadline=None)
@given(
    amplitude_mm=st.floats(0.01, 60.0),
    percent=st.floats(0.1, 100.0),
    more_mm=st.floats(0.0, 20.0),
    more_percent=st.floats(0.0, 50.0),
)
def test_more_movement_never_lowers_item_total_or_chance(
    amplitude_mm: float, percent: float, more_mm: float, more_percent: float
) -> None:
    less = assess(
        [
            clip(
                *quiet_face(tongue=True)[:3],
                moving(Region.TONGUE, amplitude_mm=amplitude_mm, percent=percent),
            )
        ]
    )
    more = assess(
        [
            clip(
                *quiet_face(tongue=True)[:3],
                moving(
                    Region.TONGUE,
                    amplitude_mm=amplitude_mm + more_mm,
                    percent=min(100.0, percent + more_percent),
                ),
            )
        ]
    )
    for low, high in (
        (less.items[Item.TONGUE].expected, more.items[Item.TONGUE].expected),
        (less.total.expected, more.total.expected),
        (less.triage.probability_schooler_kane, more.triage.probability_schooler_kane),
    ):
        assert low is not None
        assert high is not None
        assert low <= high + 1e-12


def test_the_total_is_the_sum_of_the_items_and_lies_in_its_interval() -> None:
    found = assess(
        [clip(*quiet_face(tongue=True)[1:], moving(Region.UPPER_FACE, amplitude_mm=3.0, percent=50.0))]
    )
    expected = math.fsum(item.expected for item in found.items.values() if item.expected is not None)
    assert found.total.expected == pytest.approx(expected)
    assert found.total.interval is not None
    assert found.total.interval[0] <= expected <= found.total.interval[1] <= found.total.maximum


def test_an_assessment_says_what_it_was_made_with() -> None:
    found = assess([clip(still(Region.LIPS))])
    assert found.provenance.model_status == "not fitted on patients"
    assert found.provenance.mediapipe == "0.10.21"
    assert "research use" in found.notice
    assert "support a clinician's own examination" in found.notice


def test_no_sentence_says_detects_or_diagnoses() -> None:
    for clips in (
        [clip(*quiet_face(tongue=True))],
        [clip(moving(Region.LIPS, amplitude_mm=9.0, percent=90.0))],
        [clip(verdict=Verdict.UNUSABLE)],
        [clip(duration_s=3.0)],
    ):
        text = repr(assess(clips)).lower()
        assert "detects" not in text
        assert "diagnos" not in text


def test_an_examination_without_a_clip_is_refused() -> None:
    with pytest.raises(InputError, match="at least one clip"):
        assess([])


def test_a_figure_that_is_not_a_number_is_refused() -> None:
    broken = dataclasses.replace(
        moving(Region.LIPS, amplitude_mm=3.0, percent=50.0), scored_amplitude_mm=math.nan
    )
    with pytest.raises(DataError, match=r"lips in clip\.mp4 is not a number"):
        assess([clip(broken)])
