"""What is written as true of a virtual patient is what the programme asked for."""

from __future__ import annotations

import numpy as np
import pytest

from phantom.people import needs_people
from tdscreen.errors import InputError
from tdscreen.phantom import truth
from tdscreen.phantom.presets import mover, programme_of
from tdscreen.phantom.programme import Hold, Movement, Programme
from tdscreen.vocabulary import Side, Task

pytestmark = needs_people

ALONE = [
    ("upper_face", "brow", None, "upper_face.brow_left_height"),
    ("upper_face", "brow_lower", Side.RIGHT, "upper_face.brow_right_height"),
    ("lips", "opening", None, "lips.opening"),
    ("lips", "side", None, "lips.side_shift"),
    ("lips", "pucker", None, "lips.width"),
    ("jaw", "opening", None, "jaw.opening"),
    ("jaw", "chewing", None, "jaw.opening"),
    ("jaw", "side", None, "jaw.side_shift"),
    ("head", "sideways", None, "head.sideways"),
    ("left_hand", "thumb", None, "left_hand.thumb_tip"),
    ("right_hand", "index", None, "right_hand.index_tip"),
    ("left_hand", "little", None, "left_hand.little_tip"),
    ("right_hand", "up_down", None, "right_hand.wrist_up_down"),
]


@pytest.mark.parametrize(("region", "movement", "side", "signal"), ALONE)
def test_a_region_alone_moves_by_just_the_half_range_at_just_the_rate(
    carried_out, region, movement, side, signal
):
    programme = mover(
        region,
        movement,
        rate_hz=1.7,
        amplitude=2.0,
        share_of_time=0.6,
        side=side,
        duration_s=5.0,
        living=False,
    )
    performance, moved, signals_of, times_s = carried_out(programme)
    assert np.ptp(moved[signal]) / 2 == pytest.approx(2.0, rel=0.02)
    says = truth.regions_json(performance, times_s, signals_of)[region]
    # The brows go together, and which of them by a hair farther is the person's own.
    assert says["signal"].replace("right", "left") == signal.replace("right", "left")
    assert says["half_range_mm"] == pytest.approx(2.0, rel=0.02)
    assert says["frequency_hz"] == 1.7
    assert says["percent_time_moving"] == pytest.approx(60.0, abs=1.0)
    within = np.zeros(len(times_s), dtype=bool)
    for start, end in says["bouts_s"]:
        within |= (times_s >= start) & (times_s <= end)
    assert np.ptp(moved[signal][~within]) < 0.01


def test_an_irregular_movement_has_its_half_range_too(carried_out):
    programme = mover(
        "jaw", "opening", rate_hz=1.4, amplitude=4.0, regular=False, duration_s=8.0, living=False
    )
    performance, moved, signals_of, times_s = carried_out(programme)
    assert np.ptp(moved["jaw.opening"]) / 2 == pytest.approx(4.0, rel=0.02)
    says = truth.regions_json(performance, times_s, signals_of)["jaw"]
    assert 3.2 < says["amplitude_mm"] < 4.0
    assert 0.8 < says["frequency_hz"] < 2.0


def test_left_and_right_are_not_exchanged(carried_out):
    _, moved, _, _ = carried_out(
        mover("upper_face", "brow_lower", amplitude=2.0, side=Side.LEFT, duration_s=3.0, living=False)
    )
    assert np.ptp(moved["upper_face.brow_left_height"]) > 3.9
    assert np.ptp(moved["upper_face.brow_right_height"]) < 0.4


def test_a_jaw_that_chews_keeps_the_lips_shut_and_one_that_opens_carries_them(carried_out):
    _, chewing, _, _ = carried_out(mover("jaw", "chewing", amplitude=3.0, duration_s=3.0, living=False))
    performance, opening, signals_of, times_s = carried_out(
        mover("jaw", "opening", amplitude=3.0, duration_s=3.0, living=False)
    )
    assert np.ptp(chewing["lips.opening"]) < 1.5
    assert np.ptp(opening["lips.opening"]) > 5.0
    lips = truth.regions_json(performance, times_s, signals_of)["lips"]
    assert lips["carried"]
    assert lips["severity"] == 0


def test_lips_that_ride_on_a_jaw_move_when_the_jaw_does_and_not_when_the_brows_do(carried_out):
    programme = Programme(
        duration_s=10.0,
        movements=(
            Movement(
                "jaw", "opening", 5.0, rate_band_hz=(0.7, 2.2), regular=False, share_of_time=0.3, start_s=6.0
            ),
            Movement("upper_face", "brow", 2.5, rate_hz=1.2, share_of_time=0.9),
        ),
    )
    performance, moved, signals_of, times_s = carried_out(programme)
    says = truth.regions_json(performance, times_s, signals_of)
    lips, jaw = says["lips"], says["jaw"]
    assert lips["carried"]
    assert lips["bouts_s"] == jaw["bouts_s"]
    assert lips["percent_time_moving"] == pytest.approx(30.0, abs=1.0)
    assert says["upper_face"]["percent_time_moving"] == pytest.approx(90.0, abs=1.0)
    # Its rate is the jaw's, too, and not what a long rest before it makes of it.
    assert lips["frequency_hz"] == pytest.approx(jaw["frequency_hz"], abs=0.2)
    without = np.ones(len(times_s), dtype=bool)
    for start, end in jaw["bouts_s"]:
        without &= (times_s < start) | (times_s > end)
    assert np.ptp(moved["lips.opening"][without]) < 0.1


@pytest.mark.slow
@pytest.mark.parametrize(
    ("part", "grade"),
    [(part, grade) for part in ("facial_expression", "lips", "jaw", "tongue") for grade in (1, 2, 3, 4)]
    + [("upper_limbs", 4)],
)
def test_every_severity_is_reached_and_written(carried_out, part, grade):
    performance, _, signals_of, times_s = carried_out(programme_of(f"aims_{part}_{grade}", duration_s=6.0))
    region = {"facial_expression": "upper_face", "upper_limbs": "left_hand"}.get(part, part)
    says = truth.regions_json(performance, times_s, signals_of)
    assert says[region]["severity"] == grade
    assert {name: one["severity"] for name, one in says.items() if one["severity"]}.keys() <= {
        region,
        "right_hand",
    }


def test_a_tongue_goes_as_far_past_the_lip_as_it_is_told(carried_out):
    performance, moved, signals_of, times_s = carried_out(programme_of("tongue_darting", duration_s=8.0))
    told = truth.tongue_json(performance, times_s, moved)
    assert len(told["protrusions"]) == len(performance.events_s[0])
    assert [reach for _, _, reach in told["protrusions"]] == pytest.approx(
        [12.0] * len(told["protrusions"]), abs=1.0
    )
    assert not told["hidden_movement"]
    assert truth.regions_json(performance, times_s, signals_of)["tongue"]["severity"] == 3


def test_a_tongue_in_the_closed_mouth_is_hidden_and_has_no_severity(carried_out):
    performance, moved, signals_of, times_s = carried_out(programme_of("tongue_rolling", duration_s=4.0))
    told = truth.tongue_json(performance, times_s, moved)
    assert told["hidden_movement"]
    assert told["protrusions"] == []
    assert truth.regions_json(performance, times_s, signals_of)["tongue"]["severity"] is None


@pytest.mark.slow
@pytest.mark.parametrize("name", ["task_tapping_left", "task_each_finger_right"])
def test_taps_are_counted_where_the_finger_meets_the_thumb(carried_out, name):
    performance, moved, _, _ = carried_out(programme_of(name, duration_s=2.5, seed=2))
    side = name.split("_")[-1]
    told = truth.taps_json(performance)
    assert list(told) == [side]
    if "tapping" in name:
        gap = moved[f"{side}_hand.thumb_index"]
        touches = (
            (gap[1:-1] < gap[:-2]) & (gap[1:-1] <= gap[2:]) & (gap[1:-1] < gap.min() + 0.4 * np.ptp(gap))
        )
        assert touches.sum() == told[side]["count"]
    rate_hz = sum(one.rate_hz for one in performance.programme.movements)
    assert told[side]["rate_hz"] == pytest.approx(rate_hz, rel=0.02)
    assert told[side]["count"] == pytest.approx(rate_hz * (2.5 - 0.75), abs=1.5)


@pytest.mark.slow
def test_tremor_is_no_severity_and_what_is_on_top_of_it_is(carried_out):
    performance, _, signals_of, times_s = carried_out(programme_of("rabbit_with_dyskinesia", duration_s=5.0))
    says = truth.regions_json(performance, times_s, signals_of)
    assert says["jaw"]["severity"] == 3
    assert says["jaw"]["tremor_hz"] == 5.0
    assert says["lips"]["severity"] == 0
    performance, _, signals_of, times_s = carried_out(programme_of("parkinsonian_tremor", duration_s=3.0))
    says = truth.regions_json(performance, times_s, signals_of)["right_hand"]
    assert (says["severity"], says["scored"]) == (0, False)
    assert says["frequency_hz"] == 5.0


@pytest.mark.parametrize("name", ["rest", "task_mouth_open", "smiling", "yawn", "gaze_shifts", "breathing"])
def test_what_is_no_movement_of_the_kind_counts_as_none(carried_out, name):
    performance, _, signals_of, times_s = carried_out(programme_of(name, duration_s=5.0))
    says = truth.regions_json(performance, times_s, signals_of)
    assert {one["severity"] for region, one in says.items() if region != "head"} == {0}
    assert {one["signal"] for one in says.values()} == {None}


def test_a_posture_is_taken_as_far_as_asked(carried_out):
    programme = Programme(Task.MOUTH_OPEN, 6.0, holds=(Hold("jaw", "opening", 20.0, start_s=1.0, end_s=5.0),))
    _, moved, _, times_s = carried_out(programme)
    jaw = moved["jaw.opening"] - moved["jaw.opening"][0]
    assert jaw[(times_s > 2.0) & (times_s < 4.0)] == pytest.approx(20.0, abs=0.1)
    assert jaw[times_s > 5.1] == pytest.approx(0.0, abs=0.01)


def test_what_a_face_cannot_do_is_refused(carried_out):
    far = Programme(duration_s=5.0, movements=(Movement("lips", "opening", 30.0, rate_hz=1.0),))
    with pytest.raises(InputError, match="reaches from 0"):
        carried_out(far)


def test_a_hand_out_of_view_cannot_be_told_to_move(carried_out):
    unseen = Programme(duration_s=5.0, movements=(Movement("left_hand", "index", 5.0, rate_hz=1.0),))
    with pytest.raises(InputError, match="out of view"):
        carried_out(unseen)


def test_blinks_and_sway_are_no_movement_but_are_there(carried_out):
    performance, moved, _, _ = carried_out(programme_of("rest", duration_s=10.0))
    assert np.ptp(moved["upper_face.eye_left_opening"]) == 0
    lids = performance.controls_at(np.arange(600) / 60)["unit:eyeBlinkLeft"]
    shut = np.flatnonzero(np.diff((lids > 0.9).astype(int)) == 1)
    assert len(shut) == len(performance.blinks_s) > 0
