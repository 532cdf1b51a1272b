"""A tongue that comes out is counted once each time, however the single pictures flicker."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from tdscreen.motion.tongue_signals import (
    SeenTongue,
    find_protrusions,
    reach_past_lip_mm,
    tongue_in_view,
    tongue_signals,
)

FPS = 30.0
EYES_MM = 63.0


def darts(*, count: int, reach_mm: float, out_s: float = 0.4, every_s: float = 1.5, fps: float = FPS):
    """Let a tongue come out and go back so many times, from the first second on."""
    times_s = np.arange(round((1.0 + count * every_s) * fps)) / fps
    phase_s = (times_s - 1.0) % every_s
    out = (times_s >= 1.0) & (phase_s < out_s)
    return times_s, np.where(out, reach_mm * np.sin(np.pi * np.clip(phase_s / out_s, 0, 1)), 0.0)


def seen(times_s, *, reach_mm=0.0, area_mm2=0.0, side_mm=np.nan, opening_mm=0.0, watched=True) -> SeenTongue:
    n = len(times_s)

    def each(value, unit=1.0):
        return np.broadcast_to(np.asarray(value) / unit, n).astype(np.float64)

    return SeenTongue(
        times_s=times_s,
        watched=np.broadcast_to(watched, n),
        past=each(reach_mm, EYES_MM),
        ahead=each(reach_mm, EYES_MM),
        below=each(0.0),
        area=each(area_mm2, EYES_MM**2),
        side=each(side_mm, EYES_MM),
        opening=each(opening_mm, EYES_MM),
    )


@pytest.mark.parametrize("fps", [15.0, 24.0, 30.0, 60.0])
@pytest.mark.parametrize("count", [0, 1, 7])
def test_each_dart_is_counted_once_at_any_rate_of_pictures(count: int, fps: float) -> None:
    times_s, reach_mm = darts(count=count, reach_mm=12.0, fps=fps)
    assert len(find_protrusions(reach_mm, times_s)) == count


def test_a_dart_has_its_time_and_its_reach() -> None:
    times_s, reach_mm = darts(count=3, reach_mm=12.0)
    first, second, _ = find_protrusions(reach_mm, times_s)
    assert first.start_s == pytest.approx(1.0, abs=0.06)
    assert first.end_s == pytest.approx(1.4, abs=0.06)
    assert second.start_s - first.start_s == pytest.approx(1.5, abs=0.04)
    assert first.reach_mm == pytest.approx(12.0, abs=0.6)


def test_a_tongue_seen_for_a_single_picture_is_an_error_of_that_picture() -> None:
    times_s = np.arange(90) / FPS
    reach_mm = np.zeros(90)
    reach_mm[[20, 50]] = 15.0
    assert find_protrusions(reach_mm, times_s) == ()


def test_a_tongue_missed_for_two_pictures_has_not_gone_in_and_out_again() -> None:
    times_s = np.arange(90) / FPS
    reach_mm = np.where((times_s > 1) & (times_s < 2), 10.0, 0.0)
    reach_mm[40:42] = 0.0
    assert len(find_protrusions(reach_mm, times_s)) == 1


def test_a_tongue_that_rests_at_the_edge_of_being_out_is_not_counted_many_times() -> None:
    times_s = np.arange(300) / FPS
    rng = np.random.default_rng(3)
    assert len(find_protrusions(3.0 + rng.uniform(-1.2, 1.2, 300), times_s)) == 1


def test_a_tongue_on_the_lip_is_not_out() -> None:
    times_s = np.arange(300) / FPS
    assert find_protrusions(np.full(300, 2.5), times_s) == ()


def test_a_tongue_out_from_the_first_to_the_last_picture_is_one_outing_of_the_whole_clip() -> None:
    times_s = np.arange(300) / FPS
    (only,) = find_protrusions(np.full(300, 8.0), times_s)
    assert only.start_s == 0.0
    assert only.end_s == pytest.approx(10.0, abs=0.05)


def test_where_the_mouth_was_not_seen_an_outing_ends() -> None:
    times_s = np.arange(300) / FPS
    reach_mm = np.full(300, 8.0)
    reach_mm[100:160] = np.nan
    one, other = find_protrusions(reach_mm, times_s)
    assert one.end_s == pytest.approx(100 / FPS, abs=0.05)
    assert other.start_s == pytest.approx(160 / FPS, abs=0.05)


def test_a_mouth_never_seen_has_no_outings() -> None:
    assert find_protrusions(np.full(50, np.nan), np.arange(50) / FPS) == ()
    assert find_protrusions(np.empty(0), np.empty(0)) == ()


def test_behind_closed_lips_only_the_reach_is_known() -> None:
    times_s = np.arange(60) / FPS
    reach, side, area = tongue_signals(seen(times_s), eyes_mm=EYES_MM)
    assert (reach.name, side.name, area.name) == ("tongue.reach", "tongue.side", "tongue.area")
    assert (reach.unit, side.unit, area.unit) == ("mm", "mm", "mm2")
    np.testing.assert_array_equal(reach.values, 0.0)
    assert np.isnan(side.values).all()
    assert np.isnan(area.values).all()


def test_in_an_open_mouth_the_tongues_side_and_area_are_in_millimetres() -> None:
    times_s = np.arange(60) / FPS
    shown = seen(times_s, area_mm2=300.0, side_mm=4.0, opening_mm=20.0)
    reach, side, area = tongue_signals(shown, eyes_mm=EYES_MM)
    np.testing.assert_allclose(reach.values, 0.0)
    np.testing.assert_allclose(side.values, 4.0)
    np.testing.assert_allclose(area.values, 300.0)


@pytest.mark.parametrize(
    ("area_mm2", "opening_mm", "reach_mm", "in_view"),
    [
        (300.0, 20.0, 0.0, True),
        (300.0, 2.0, 0.0, False),
        (20.0, 20.0, 0.0, False),
        (0.0, 20.0, 0.0, False),
        (300.0, 2.0, 8.0, True),
    ],
)
def test_a_tongue_is_in_view_if_it_is_out_or_the_mouth_is_open(
    area_mm2: float, opening_mm: float, reach_mm: float, in_view: bool
) -> None:
    shown = seen(np.arange(3) / FPS, area_mm2=area_mm2, opening_mm=opening_mm, reach_mm=reach_mm)
    assert (tongue_in_view(shown, eyes_mm=EYES_MM) == in_view).all()


def test_what_could_not_be_looked_at_is_absent_and_not_zero() -> None:
    shown = seen(np.arange(5) / FPS, area_mm2=300.0, opening_mm=20.0, watched=False)
    for signal in tongue_signals(shown, eyes_mm=EYES_MM):
        assert np.isnan(signal.values).all()


@pytest.mark.parametrize(
    ("ahead_mm", "below_mm", "past_mm", "reach_mm"),
    [
        (12.0, -6.0, 5.0, 12.0),
        (3.0, 4.0, 9.0, 5.0),
        (-2.0, 3.0, 4.0, 0.0),
        (6.0, 2.0, 0.0, 0.0),
        (np.nan, np.nan, 0.0, 0.0),
    ],
    ids=["straight out", "hanging down", "behind the lips", "not to be seen past the lip", "no tongue"],
)
def test_a_tongue_reaches_as_far_as_its_tip_lies_ahead_of_the_lip_and_below(
    ahead_mm, below_mm, past_mm, reach_mm
) -> None:
    shown = dataclasses.replace(
        seen(np.arange(2) / FPS, area_mm2=300.0),
        ahead=np.full(2, ahead_mm / EYES_MM),
        below=np.full(2, below_mm / EYES_MM),
        past=np.full(2, past_mm / EYES_MM),
    )
    np.testing.assert_allclose(reach_past_lip_mm(shown, eyes_mm=EYES_MM), reach_mm)


def test_a_lip_that_is_taken_for_a_small_tongue_is_no_outing() -> None:
    times_s, reach_mm = darts(count=4, reach_mm=5.0)

    def outings(area_mm2: float) -> int:
        shown = seen(times_s, reach_mm=reach_mm, area_mm2=area_mm2)
        return len(find_protrusions(reach_past_lip_mm(shown, eyes_mm=EYES_MM), times_s))

    assert outings(400.0) == 4
    assert outings(160.0) == 0


def test_a_tongue_that_is_small_in_some_pictures_has_not_gone_in_meanwhile() -> None:
    times_s, reach_mm = darts(count=4, reach_mm=9.0)
    area_mm2 = np.where(np.arange(len(times_s)) % 3 == 0, 400.0, 200.0)
    shown = seen(times_s, reach_mm=reach_mm, area_mm2=area_mm2)
    assert len(find_protrusions(reach_past_lip_mm(shown, eyes_mm=EYES_MM), times_s)) == 4
