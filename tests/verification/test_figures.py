"""Figures of results: right where the tool is right, missed where it is not, and never without a reason."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from made_results import clip, made_results, moving_region, still_region

from tdscreen.verification.card.contents import Card
from tdscreen.verification.figure import (
    NOT_MEASURED,
    NOT_STATED,
    Figure,
    Target,
    make_figure,
    share_figure,
)
from tdscreen.verification.reasons import kept_reasons, reason_for
from tdscreen.verification.results import ClipResult, HandResult, ItemResult, RegionResult, TongueResult
from tdscreen.verification.sections.conditions import nuisance_figures, quality_figures
from tdscreen.verification.sections.kinds import confusion_table, kinds_figures, taken_for, true_kind
from tdscreen.verification.sections.leakage import leakage_figures, leakage_table, leaks
from tdscreen.verification.sections.movement import (
    amplitude_figures,
    cti_grade,
    frequency_figures,
    time_figures,
)
from tdscreen.verification.sections.parts import hand_figures, tongue_figures
from tdscreen.verification.sections.people import fairness_figures
from tdscreen.verification.sections.stillness import noise_figures, still_figures


def named(figures: list[Figure], name: str) -> Figure:
    return next(figure for figure in figures if figure.name == name)


def test_a_missed_target_without_a_kept_reason_says_so() -> None:
    figure = make_figure(
        "none.such", "A figure.", value=2.0, n=5, persons=2, unit="mm", target=Target(high=1.0)
    )
    assert figure.reached is False
    assert figure.reason == NOT_STATED


def test_a_figure_without_clips_is_not_reached_and_says_why() -> None:
    figure = make_figure(
        "none.such", "A figure.", value=None, n=0, persons=0, unit="mm", target=Target(high=1.0)
    )
    assert figure.reached is None
    assert figure.reason == NOT_MEASURED


def test_nothing_is_rounded_into_a_target() -> None:
    assert Target(high=0.1).holds(0.1)
    assert not Target(high=0.1).holds(0.1000001)
    assert not Target(low=100.0).holds(99.9999)


def test_a_figure_of_numpy_numbers_is_counted_like_any_other() -> None:
    missed = share_figure(
        "none.such", "", list(np.array([1.4, 1.0]) < 1.15), [1, 2], target=Target(low=100.0)
    )
    reached = make_figure(
        "none.such", "", value=np.float64(0.4), n=9, persons=3, unit="mm", target=Target(high=0.5)
    )
    assert missed.reached is False
    assert reached.reached is True


def test_a_value_that_is_only_bounded_from_below_reaches_nothing() -> None:
    figure = make_figure(
        "x.y", "", value=0.4, n=9, persons=3, unit="mm", target=Target(high=0.5), bound="more than"
    )
    assert figure.reached is False


def test_every_kept_reason_belongs_to_a_figure(card: Card) -> None:
    names = {figure.name for figure in card.figures}
    # Figures of single variants and groups come and go with the grid.
    fixed = {key for key in kept_reasons() if not key.endswith("*") and key.count("_") < 3}
    assert {
        key for key in fixed if key.partition(".")[0] not in {n.partition(".")[0] for n in names}
    } == set()
    assert all(sentence.strip().endswith(".") for sentence in kept_reasons().values())
    assert reason_for("no.such.figure") is None


def test_names_of_figures_are_their_own(card: Card) -> None:
    names = [figure.name for figure in card.figures]
    assert len(names) == len(set(names))


def test_a_rate_off_by_a_fifth_of_a_hertz_is_missed() -> None:
    good = [
        clip(
            f"a{i}",
            moving_region("lips", true_mm=2, found_mm=2, rate_hz=3.0),
            sections=("frequency",),
            person=i,
        )
        for i in range(9)
    ]
    bad = clip(
        "b",
        moving_region("lips", true_mm=2, found_mm=2, rate_hz=3.0, found_rate_hz=3.2),
        sections=("frequency",),
    )
    assert named(frequency_figures(good), "frequency.steady").reached is True
    assert named(frequency_figures([*good, bad]), "frequency.steady").value == pytest.approx(90.0)


def test_a_movement_that_was_not_found_has_no_right_rate() -> None:
    missed = clip("a", moving_region("lips", true_mm=2, found_mm=0), sections=("frequency",))
    assert named(frequency_figures([missed]), "frequency.steady").value == 0.0


def test_a_wave_of_one_millimetre_counts_from_one_millimetre_up() -> None:
    # Between the 5th and the 95th percentile a wave spans a little less than its half range.
    smallest = [
        clip("a", moving_region("lips", true_mm=0.987, found_mm=0), sections=("frequency", "amplitude")),
        clip("b", moving_region("lips", true_mm=0.987, found_mm=1.9), sections=("frequency", "amplitude")),
    ]
    assert named(frequency_figures(smallest), "frequency.steady").n == 2
    within = named(amplitude_figures(smallest), "amplitude.lips_within")
    assert (within.n, within.value) == (2, 0.0)


def test_a_gain_of_one_is_within_and_linear() -> None:
    figures = amplitude_figures(made_results(gain=1.0))
    for part in ("lips", "jaw", "brows", "fingertips"):
        assert named(figures, f"amplitude.{part}_linear").reached is True
        assert named(figures, f"amplitude.{part}_within").value == pytest.approx(100.0)
        assert named(figures, f"amplitude.{part}_gain").value == pytest.approx(1.0, abs=0.02)
        assert named(figures, f"amplitude.{part}_flat").reached is True


def test_a_gain_of_two_thirds_is_linear_and_yet_missed() -> None:
    figures = amplitude_figures(made_results(gain=0.67))
    assert named(figures, "amplitude.jaw_linear").reached is True
    assert named(figures, "amplitude.jaw_within").value == 0.0
    assert named(figures, "amplitude.jaw_every_person").value == 0.0
    assert named(figures, "amplitude.interval").value is not None
    assert named(figures, "amplitude.interval").reached is False


def test_landmarks_stand_beside_what_is_printed() -> None:
    figures = amplitude_figures(made_results(gain=1.0))
    assert named(figures, "amplitude.lips_gain_landmarks").value == pytest.approx(0.6)


def test_a_gain_that_falls_with_the_rate_is_not_flat() -> None:
    rates = (0.5, 1.0, 2.5, 5.0, 7.0)
    clips = [
        clip(
            f"{person}-{rate}",
            moving_region("jaw", true_mm=3.0, found_mm=3.0 * (1.0 - 0.06 * rate), rate_hz=rate),
            sections=("amplitude",),
            person=person,
        )
        for person in range(4)
        for rate in rates
    ]
    flat = named(amplitude_figures(clips), "amplitude.jaw_flat")
    assert flat.reached is False
    assert flat.value == pytest.approx(23, abs=6)


def test_a_gain_that_is_flat_over_slow_rates_alone_is_not_called_flat() -> None:
    def moves(person: int, rate_hz: float) -> ClipResult:
        lips = moving_region("lips", true_mm=3.0, found_mm=3.0, rate_hz=rate_hz)
        return clip(f"{person}-{rate_hz}", lips, sections=("amplitude",), person=person)

    slow = [moves(1, 0.5), moves(1, 1.0), moves(2, 0.5), moves(2, 1.0)]
    # A third person moves at a rate of their own: nothing joins that to the others.
    apart = named(amplitude_figures([*slow, moves(3, 7.0)]), "amplitude.lips_flat")
    assert (apart.reached, apart.value, apart.n) == (None, None, 4)
    assert "0.5, 1 Hz; 1 more have no rate or person in common" in apart.statement
    joined = named(amplitude_figures([*slow, moves(3, 7.0), moves(3, 1.0)]), "amplitude.lips_flat")
    assert (joined.reached, joined.n) == (True, 6)


def test_grades_of_the_cti() -> None:
    assert [cti_grade(percent) for percent in (0, 39.9, 40, 75, 75.1, 100)] == [1, 1, 2, 2, 3, 3]


def test_a_share_of_time_is_judged_near_a_cut_only_by_its_error() -> None:
    def moving(name: str, true: float, found: float) -> ClipResult:
        region = moving_region(
            "lips", true_mm=3, found_mm=3, true_percent_time_moving=true, percent_time_moving=found
        )
        return clip(name, region, sections=("time",))

    figures = time_figures([moving("a", 42, 38), moving("b", 60, 80), moving("c", 90, 88)])
    assert named(figures, "time.within").value == pytest.approx(200 / 3)
    always = moving("d", 100, 100)
    among = time_figures([moving("a", 42, 38), moving("b", 60, 80), always])
    assert (named(among, "time.within_bouts").value, named(among, "time.within_bouts").n) == (50.0, 2)
    assert (named(figures, "time.grade").value, named(figures, "time.grade").n) == (50.0, 2)


def test_the_smallest_movement_found_lies_between_missed_and_found() -> None:
    sizes = (0.1, 0.2, 0.3, 0.5, 0.7, 1.0)
    clips = [
        clip(f"{size}-{person}", moving_region("lips", true_mm=size, found_mm=size if size > 0.4 else 0.0),
             sections=("noise",), person=person)
        for size in sizes
        for person in range(3)
    ]  # fmt: skip
    limit = named(noise_figures(clips), "noise.lips")
    assert limit.value is not None
    assert 0.3 < limit.value < 0.5
    assert limit.reached is True


def test_a_limit_beyond_the_sizes_tried_is_not_reached() -> None:
    clips = [
        clip(f"{size}", moving_region("jaw", true_mm=size, found_mm=0.0), sections=("noise",), person=i)
        for i, size in enumerate((0.1, 0.2, 0.4))
    ]
    limit = named(noise_figures(clips), "noise.jaw")
    assert (limit.bound, limit.value, limit.reached) == ("more than", 0.4, False)


def test_false_alarms_are_counted_in_people_at_rest() -> None:
    # A jaw that moves by 0.3 mm takes the lips along by less than the truth calls movement: no alarm is false.
    along = dataclasses.replace(still_region("lips"), signal="lips.opening", amplitude_mm=0.3)
    faint = clip("faint", moving_region("jaw", true_mm=0.3, found_mm=0.0), along, sections=("noise",))
    assert named(noise_figures([faint]), "noise.false_alarms").value is None
    stray = dataclasses.replace(still_region("jaw"), signal="jaw.side_shift", amplitude_mm=2.0)
    rest = clip("rest", stray, sections=("still", "limits"), group="breathing")
    alarms = named(noise_figures([faint, rest]), "noise.false_alarms")
    assert (alarms.n, alarms.value) == (3, pytest.approx(100 / 3))


def test_chewing_that_a_swaying_head_hides_is_missed() -> None:
    chews = [moving_region("jaw", true_mm=1.7, found_mm=found_mm) for found_mm in (1.2, 0.0)]
    unseen = dataclasses.replace(chews[1], assessed=False, amplitude_mm=None, noise_floor_mm=None)
    clips = [clip(f"{i}", one, sections=("swaying",), person=i) for i, one in enumerate((*chews, unseen))]
    figure = named(noise_figures(clips), "noise.swaying")
    assert (figure.n, figure.value, figure.reached) == (3, pytest.approx(100 / 3), False)
    assert named(noise_figures(clips[:1]), "noise.swaying").reached is True


def test_who_blinks_is_not_counted_among_those_who_only_sit_still() -> None:
    still = [
        clip("s", sections=("still",), group="breathing"),
        clip("b", sections=("still",), group="blinking"),
    ]
    assert {(one.name, one.n) for one in still_figures(still)} == {
        ("still.all", 1), ("still.breathing", 1), ("still.any_movement", 1), ("still.usable", 1)
    }  # fmt: skip


def test_one_of_fifty_still_clips_may_show_an_item_and_two_may_not() -> None:
    still = [clip(f"s{i}", sections=("still",), group="breathing", person=i) for i in range(50)]
    raised = dataclasses.replace(
        still[0], items=(ItemResult("lips", True, None, expected=1.0, severity=1.0, true_severity=0),)
    )
    assert named(still_figures([raised, *still[1:]]), "still.all").reached is True
    assert named(still_figures([raised, raised, *still[2:]]), "still.all").reached is False


def test_what_anatomy_moves_is_no_leak() -> None:
    jaw = moving_region("jaw", true_mm=5.0, found_mm=5.0)
    along = moving_region("lips", true_mm=4.0, found_mm=4.3, kinds=())
    stray = dataclasses.replace(
        still_region("upper_face"), signal="upper_face.brow_left_height", amplitude_mm=1.0,
        true_amplitude_of_signal=0.0,
    )  # fmt: skip
    clips = [clip("a", jaw, along, stray, sections=("leakage",), group="jaw")]
    table = leakage_table(leaks(clips))
    assert table["jaw", "lips"].excess == pytest.approx(0.06)
    assert table["jaw", "upper_face"].excess == pytest.approx(0.2)
    worst = named(leakage_figures(clips), "leakage.largest")
    assert worst.value == pytest.approx(20.0)
    assert "upper face while jaw moves" in worst.statement


def test_a_region_that_was_not_assessed_is_not_counted_as_still_when_another_moves() -> None:
    stray = dataclasses.replace(
        still_region("lips"), signal="lips.opening", amplitude_mm=1.0, true_amplitude_of_signal=0.0
    )
    unseen = dataclasses.replace(
        still_region("lips"), assessed=False, reason="Covered.", amplitude_mm=None, noise_floor_mm=None
    )
    jaw = moving_region("jaw", true_mm=5.0, found_mm=5.0)
    clips = [
        clip("a", jaw, stray, sections=("leakage",), group="jaw", person=1),
        clip("b", jaw, unseen, sections=("leakage",), group="jaw", person=2),
    ]
    cell = leakage_table(leaks(clips))["jaw", "lips"]
    assert (cell.people, cell.excess) == (1, pytest.approx(0.2))


def test_td_that_was_not_found_is_not_told_from_a_tremor() -> None:
    missed = moving_region("lips", true_mm=3, found_mm=0)
    unseen = dataclasses.replace(missed, assessed=False, reason="Covered.", amplitude_mm=None)
    found = moving_region("lips", true_mm=3, found_mm=3)
    clips = [clip(str(i), one, sections=("kinds",)) for i, one in enumerate((missed, unseen, found, found))]
    assert named(kinds_figures(clips), "kinds.td_only").value == 50.0
    tremor = moving_region(
        "jaw", true_mm=3, found_mm=3, rate_hz=5.0, kinds=("tremor_like",), types=("tremor_like",),
        scored_amplitude_mm=None,
    )  # fmt: skip
    told = [clip("t", tremor, sections=("kinds",))]
    assert named(kinds_figures([*clips, *told]), "kinds.tremor").value == 50.0


def test_a_tool_that_never_says_tremor_tells_nothing_apart() -> None:
    td = moving_region("lips", true_mm=3, found_mm=3)
    tremor = moving_region("jaw", true_mm=3, found_mm=3, rate_hz=5.0, kinds=("tremor_like",))
    clips = [
        clip("t", tremor, sections=("kinds",)),
        *(clip(str(i), td, sections=("kinds",)) for i in range(19)),
    ]
    figure = named(kinds_figures(clips), "kinds.tremor")
    assert (figure.value, figure.n) == (0.0, 1)
    # Without any tremor nothing is known of telling one apart.
    assert named(kinds_figures(clips[1:]), "kinds.tremor").value is None


def test_clips_that_raise_nothing_because_nobody_looked_show() -> None:
    refused = clip("a", sections=("never",), group="arms_out", verdict="unusable", items=())
    assert named(kinds_figures([refused]), "kinds.never_usable").value == 0.0


def test_a_share_of_time_that_was_not_told_is_missed() -> None:
    unseen = moving_region(
        "jaw", true_mm=3, found_mm=0, assessed=False, reason="Covered.", percent_time_moving=None
    )
    figures = time_figures([clip("a", unseen, sections=("time",))])
    assert (named(figures, "time.within").value, named(figures, "time.grade").value) == (0.0, 0.0)
    assert named(figures, "time.error").value is None


def test_a_variation_of_a_clip_that_shows_no_item_says_nothing() -> None:
    base = clip("base", sections=("fairness",), verdict="unusable", items=())
    dim = clip("dim", sections=("nuisance",), base="base", variant="dim")
    figure = named(nuisance_figures([base, dim]), "nuisance.items")
    assert figure.value is None
    assert "1 more vary a clip" in figure.statement


def test_a_tremor_with_td_counts_only_if_the_td_part_is_scored() -> None:
    both = moving_region(
        "right_hand",
        true_mm=8,
        found_mm=8,
        kinds=("tremor_like", "irregular"),
        types=("irregular", "tremor_like"),
    )
    unscored = dataclasses.replace(
        both, scored_amplitude_mm=None, not_scored_reason="It cannot be told apart."
    )
    assert true_kind(both) == taken_for(both) == "tremor-like with TD-like"
    assert taken_for(unscored) == "tremor-like"
    clips = [clip("a", both, sections=("kinds",)), clip("b", unscored, sections=("kinds",))]
    assert named(kinds_figures(clips), "kinds.tremor_with_td").value == 50.0


def test_an_item_raised_by_tremor_is_counted_against_the_tool() -> None:
    tremor = moving_region(
        "jaw", true_mm=2, found_mm=2, rate_hz=5.0, kinds=("tremor_like",), true_scored=False
    )
    clips = [clip("a", tremor, sections=("never",), group="rabbit_syndrome")]
    assert named(kinds_figures(clips), "kinds.never").value == 100.0


def test_rest_is_counted_part_by_part() -> None:
    assert confusion_table([clip("a", sections=("kinds",))]) == {("rest", "rest"): 3}


def test_an_item_that_jumps_is_missed_unless_it_is_refused() -> None:
    base = clip("base", moving_region("lips", true_mm=3, found_mm=3), sections=("fairness",))
    jumped = clip("dim", moving_region("lips", true_mm=3, found_mm=3), sections=("nuisance",), severity=0.6,
                  base="base", variant="dim")  # fmt: skip
    refused = dataclasses.replace(jumped, name="dark", variant="dark", verdict="unusable")
    silent = dataclasses.replace(
        jumped, name="odd", variant="odd", items=(ItemResult("lips", False, None, None, None, 2),)
    )
    assert named(nuisance_figures([base, jumped]), "nuisance.items").value == 0.0
    assert named(nuisance_figures([base, refused]), "nuisance.items").value == 100.0
    assert named(nuisance_figures([base, silent]), "nuisance.items").value == 0.0


def test_a_refusal_for_the_wrong_reason_is_none() -> None:
    wrong = clip(
        "a", sections=("degraded",), degraded="light", verdict="unusable", unusable_checks=("face_size",)
    )
    figures = quality_figures([wrong])
    assert named(figures, "quality.degraded").value == 0.0
    assert named(figures, "quality.refused").value == 100.0


def test_a_tongue_counted_short_by_two_is_missed() -> None:
    def counted(name: str, count: int | None) -> ClipResult:
        return clip(name, sections=("tongue",), tongue=TongueResult(8, count, (), False, True, None))

    figures = tongue_figures([counted("a", 7), counted("b", 6), counted("c", 9), counted("d", None)])
    assert named(figures, "tongue.count").value == 50.0


def test_a_hidden_tongue_that_is_called_still_is_missed() -> None:
    zero = clip("a", sections=("hidden_tongue",), tongue=TongueResult(0, 0, (), True, True, None))
    cannot = clip(
        "b", sections=("hidden_tongue",), tongue=TongueResult(0, None, (), True, False, "Lips closed.")
    )
    assert named(tongue_figures([zero, cannot]), "tongue.hidden").value == 50.0


def test_one_exchanged_picture_is_one_too_many() -> None:
    clips = [clip("a", sections=("sides",), hands=(HandResult("left", None, None, None, None, 300, 1, 300),))]
    assert named(hand_figures(clips), "hands.never_exchanged").reached is False


def test_a_hand_lost_in_a_tenth_of_the_pictures_that_show_it_is_not_found_well_enough() -> None:
    kept = HandResult("left", None, None, None, None, 300, 0, 300)
    lost = HandResult("right", None, None, None, None, 270, 0, 300)
    gone = HandResult("right", None, None, None, None, 0, 0, 0)
    two = [
        clip("a", sections=("fingers",), hands=(kept, lost)),
        clip("b", sections=("fingers",), hands=(gone,)),
    ]
    figure = named(hand_figures(two), "hands.found")
    assert (figure.value, figure.n, figure.reached) == (pytest.approx(95.0), 600, False)


def test_a_long_clip_counts_for_more_pictures_of_a_face_than_a_short_one() -> None:
    clips = [
        clip("a", sections=("good",), pictures=300, face_share=100.0),
        clip("b", sections=("good",), pictures=100, face_share=96.0),
    ]
    figure = named(quality_figures(clips), "quality.face_found")
    assert (figure.value, figure.n, figure.reached) == (pytest.approx(99.0), 400, True)


def test_a_tone_that_is_scored_half_a_point_higher_shows() -> None:
    clips = [
        clip(f"{tone}-{i}", moving_region("lips", true_mm=3, found_mm=3), sections=("fairness",), group="lips",
             person=100 * tone + i, tone=tone, severity=0.5 if tone == 10 else 0.0)
        for tone in (1, 5, 10)
        for i in range(4)
    ]  # fmt: skip
    figure = named(fairness_figures(clips), "fairness.tone")
    assert figure.value == pytest.approx(0.5)
    # What was at rest is scored alike in all, and stands apart.
    assert named(fairness_figures(clips), "fairness.tone_still").value == pytest.approx(0.0, abs=1e-9)


def unseen(region: str, true_mm: float) -> RegionResult:
    return moving_region(
        region, true_mm=true_mm, found_mm=0, assessed=False, reason="Covered.", amplitude_mm=None,
        amplitude_interval_mm=None,
    )  # fmt: skip


def test_a_small_movement_that_was_not_assessed_is_not_told_from_none() -> None:
    clips = [
        clip(f"{i}", one, sections=("noise",), person=i)
        for i, one in enumerate((unseen("lips", 0.4), moving_region("lips", true_mm=0.2, found_mm=0.2)))
    ]
    limit = named(noise_figures(clips), "noise.lips")
    assert (limit.n, limit.reached) == (2, False)
    assert "1 not assessed" in limit.statement


def test_what_no_line_is_drawn_through_is_counted_beside_it() -> None:
    clips = [
        clip(f"{i}", one, sections=("amplitude",), person=i)
        for i, one in enumerate(
            (unseen("lips", 2.0), *(moving_region("lips", true_mm=mm, found_mm=mm) for mm in (1.0, 2.0, 3.0)))
        )
    ]
    line = named(amplitude_figures(clips), "amplitude.lips_linear")
    assert line.n == 3
    assert "(1 more were not assessed)" in line.statement


def test_an_amplitude_without_an_interval_is_missed() -> None:
    bare = moving_region("jaw", true_mm=2.0, found_mm=2.0, amplitude_interval_mm=None)
    good = moving_region("jaw", true_mm=2.0, found_mm=2.0)
    clips = [
        clip(str(i), one, sections=("amplitude",)) for i, one in enumerate((bare, good, unseen("jaw", 2.0)))
    ]
    figure = named(amplitude_figures(clips), "amplitude.interval")
    assert (figure.value, figure.n) == (50.0, 2)
    assert "1 more were not found" in figure.statement


def test_a_mouth_that_nobody_looked_into_is_not_counted_as_one_without_a_tongue() -> None:
    looked = clip("a", sections=("no_tongue",), group="talking")
    not_looked = dataclasses.replace(
        looked, name="b", tongue=TongueResult(0, None, (), False, False, "Lips closed.")
    )
    figure = named(tongue_figures([looked, not_looked]), "tongue.false")
    assert (figure.value, figure.n) == (0.0, 1)
    assert "(1 more were not assessed)" in figure.statement
    assert named(tongue_figures([not_looked]), "tongue.false").reached is None


def test_a_mouth_without_a_tongue_past_the_lips_counts_although_what_is_behind_them_is_not_known() -> None:
    nothing_past_the_lips = TongueResult(0, 0, (), False, False, "No tongue came out past the lips in 9.9 s.")
    false_one = TongueResult(0, 1, (), False, True, None)
    clips = [
        dataclasses.replace(clip(name, sections=("no_tongue",), group="smiling"), tongue=tongue)
        for name, tongue in (("a", nothing_past_the_lips), ("b", false_one))
    ]
    figure = named(tongue_figures(clips), "tongue.false")
    assert (figure.value, figure.n) == (50.0, 2)


def test_rates_that_true_paths_tell_in_other_digits_are_one_rate() -> None:
    paths = [("a", 0.998, 2.0), ("a", 7.0, 2.0), ("b", 1.001, 2.0), ("b", 6.999, 2.0)]
    clips = [
        clip(
            f"{person}{rate_hz}",
            moving_region("lips", true_mm=size_mm, found_mm=size_mm, true_frequency_hz=rate_hz),
            sections=("amplitude",),
            person=ord(person),
        )
        for person, rate_hz, size_mm in paths
    ]
    figure = named(amplitude_figures(clips), "amplitude.lips_flat")
    assert figure.value == pytest.approx(0.0, abs=1e-9)


def test_an_item_raised_by_the_wrist_alone_counts_against_the_tool() -> None:
    wrist = moving_region("right_hand", true_mm=40, found_mm=40, signal="right_hand.wrist", true_severity=0)
    assert named(hand_figures([clip("a", wrist, sections=("arm",))]), "hands.arm").value == 100.0
