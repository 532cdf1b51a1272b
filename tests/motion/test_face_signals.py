"""Blinks are found and kept apart; signals have the patient's sides."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from tdscreen.geometry.face import HeadFrame
from tdscreen.motion.face_signals import (
    STILL_POINTS,
    agreed_openings,
    face_signals,
    find_blinks,
    still_point_paths,
)
from tdscreen.motion.signals import Signal

Floats = NDArray[np.float64]
Steady = Callable[..., Floats]

OPEN_MM = 10.0


def lids(times_s: Floats, closures: list[tuple[float, float]], *, seed: int = 0) -> Floats:
    """Give the openings of both eyes, open but for closures from one time to another; shape (n, 2)."""
    closed = np.zeros_like(times_s)
    for start_s, end_s in closures:
        # A lid takes 60 ms to close and 120 ms to open.
        closed = np.maximum(
            closed, np.clip((times_s - start_s) / 0.06, 0, 1) * np.clip((end_s - times_s) / 0.12, 0, 1)
        )
    jitter = np.random.default_rng(seed).normal(0, 0.15, (len(times_s), 2))
    return np.asarray(OPEN_MM * (1 - 0.9 * closed)[:, None] + jitter)


def test_blinks_are_found_each_once_at_their_times(steady_s: Steady) -> None:
    times_s = steady_s(30)
    starts = [2.0, 5.5, 5.5 + 0.6, 14.2, 22.9]
    blinks = find_blinks(times_s, lids(times_s, [(s, s + 0.28) for s in starts]))
    np.testing.assert_allclose(blinks.times_s, np.array(starts) + 0.12, atol=0.05)
    assert blinks.per_minute == pytest.approx(10)


def test_open_eyes_do_not_blink(steady_s: Steady) -> None:
    times_s = steady_s(30)
    assert find_blinks(times_s, lids(times_s, [])).times_s == ()


def test_closed_eyes_for_2_seconds_are_not_a_blink(steady_s: Steady) -> None:
    times_s = steady_s(30)
    blinks = find_blinks(times_s, lids(times_s, [(10, 12)]))
    assert blinks.times_s == ()
    assert not blinks.during.any()


def test_closed_eyes_are_not_a_blink_because_pictures_in_between_were_not_seen(steady_s: Steady) -> None:
    times_s = steady_s(30)
    openings = lids(times_s, [(10, 12)])
    for lost_s in (10.4, 10.8, 11.2, 11.6):
        openings[np.abs(times_s - lost_s) < 0.02] = np.nan
    assert find_blinks(times_s, openings).times_s == ()


def test_a_blink_with_a_repeated_picture_in_it_is_one_blink(steady_s: Steady) -> None:
    times_s = steady_s(30)
    openings = lids(times_s, [(10, 10.35)])
    openings[np.abs(times_s - 10.15) < 0.02] = np.nan
    assert len(find_blinks(times_s, openings).times_s) == 1


@pytest.mark.parametrize("gap", [(9.0, 10.15), (10.15, 11.0)])
def test_a_closure_whose_begin_or_end_was_not_seen_is_not_called_a_blink(
    steady_s: Steady, gap: tuple[float, float]
) -> None:
    times_s = steady_s(30)
    openings = lids(times_s, [(10, 10.35)])
    openings[(times_s > gap[0]) & (times_s < gap[1])] = np.nan
    assert find_blinks(times_s, openings).times_s == ()


def test_eyes_closed_at_the_end_of_the_clip_are_not_called_a_blink(steady_s: Steady) -> None:
    times_s = steady_s(30)
    assert find_blinks(times_s, lids(times_s, [(-1, 0.3), (29.8, 40)])).times_s == ()


def test_eyes_shut_for_a_moment_when_the_clip_begins_are_no_movement_of_the_lids(steady_s: Steady) -> None:
    times_s = steady_s(30)
    head = head_with_lids(lids(times_s, [(-0.2, 0.25)]), times_s)
    signals, blinks = face_signals(head, times_s, np.ones(len(times_s), dtype=np.bool_), mirrored=False)
    assert blinks.times_s == ()
    opening = named(signals)["upper_face.eye_left_opening"]
    assert np.nanmin(opening) > 0.85 * OPEN_MM


def test_one_eye_that_closes_alone_is_not_a_blink(steady_s: Steady) -> None:
    times_s = steady_s(30)
    openings = lids(times_s, [])
    openings[:, 0] = lids(times_s, [(10, 10.3)])[:, 0]
    assert find_blinks(times_s, openings).times_s == ()


def test_a_blink_in_which_the_mesh_opens_the_eyes_for_a_moment_is_one_blink(steady_s: Steady) -> None:
    times_s = steady_s(24)
    openings = lids(times_s, [])
    for shut_s in (10.0, 10.167):
        openings[np.abs(times_s - shut_s) < 0.025] = 0.3 * OPEN_MM
    blinks = find_blinks(times_s, openings)
    assert len(blinks.times_s) == 1
    assert blinks.times_s[0] == pytest.approx(10.08, abs=0.05)


def test_eyes_squeezed_for_half_a_second_do_not_blink(steady_s: Steady) -> None:
    times_s = steady_s(30)
    assert find_blinks(times_s, lids(times_s, [(10, 10.6)])).times_s == ()


def test_one_eyes_lids_that_wander_by_3_mm_do_not_move(steady_s: Steady) -> None:
    times_s = steady_s(30)
    openings = lids(times_s, [])
    openings[:, 0] -= 1.5 * (1 + np.sign(np.sin(2 * np.pi * 0.5 * times_s)))
    openings[:, 1] -= 0.2 * (1 + np.sign(np.sin(2 * np.pi * 0.5 * times_s)))
    assert np.ptp(agreed_openings(openings)) < 2.0


def test_lids_that_are_squeezed_on_both_sides_move_as_far_as_the_eye_that_closes_less(
    steady_s: Steady,
) -> None:
    times_s = steady_s(30)
    squeezed = 1 - np.cos(2 * np.pi * 0.8 * times_s)
    openings = lids(times_s, []) - np.stack([1.5 * squeezed, 2.0 * squeezed], axis=1)
    for eye in agreed_openings(openings).T:
        assert np.ptp(eye) == pytest.approx(3.0, abs=0.7)


def test_one_eye_that_is_shut_alone_still_moves(steady_s: Steady) -> None:
    times_s = steady_s(30)
    openings = lids(times_s, [])
    openings[:, 0] = lids(times_s, [(4, 5), (8, 9), (12, 13)])[:, 0]
    shut, other = agreed_openings(openings).T
    assert np.ptp(shut) > 5.0
    assert np.ptp(other) < 1.0


def test_an_eye_that_is_seen_alone_shows_nothing_that_could_be_agreed_on(steady_s: Steady) -> None:
    times_s = steady_s(10)
    openings = lids(times_s, [])
    openings[50:60, 0] = np.nan
    openings[80:85] = np.nan
    found = agreed_openings(openings)
    assert np.isnan(found[50:60]).all()
    assert np.isnan(found[80:85]).all()
    assert np.isfinite(found).sum() == 2 * (len(times_s) - 15)
    assert np.isnan(agreed_openings(np.full((20, 2), np.nan))).all()


def test_blinks_are_counted_over_the_time_in_which_the_eyes_were_seen(steady_s: Steady) -> None:
    times_s = steady_s(30)
    openings = lids(times_s, [(2, 2.3), (5, 5.3)])
    openings[times_s > 10] = np.nan
    assert find_blinks(times_s, openings).per_minute == pytest.approx(12, rel=0.05)
    falling_s = np.r_[np.arange(150) / 30, 5 + np.arange(75) / 15, 10.0]
    assert find_blinks(falling_s, lids(falling_s, [(2, 2.3), (7, 7.4)])).per_minute == pytest.approx(
        12, rel=0.05
    )


def test_eyes_never_seen_do_not_blink() -> None:
    blinks = find_blinks(np.arange(50) / 30, np.full((50, 2), np.nan))
    assert blinks.times_s == ()
    assert blinks.per_minute == 0
    assert not blinks.during.any()


def head_with_lids(openings: Floats, times_s: Floats) -> HeadFrame:
    """Give a face of noise in which the lids are as far apart as they are told to be."""
    points = np.random.default_rng(1).normal(0, 0.1, (len(times_s), 478, 3))
    for eye, pairs in enumerate((((159, 145), (158, 153)), ((386, 374), (385, 380)))):
        for upper, lower in pairs:
            points[:, upper] = 0.0
            points[:, lower] = 0.0
            points[:, lower, 1] = openings[:, eye]
    nothing = np.zeros((len(times_s), 3))
    return HeadFrame(points, nothing, nothing[:, :2], 0.5, 0.1, 63.0, 24.0)


def named(signals: tuple[Signal, ...]) -> dict[str, Floats]:
    return {signal.name: signal.values for signal in signals}


def test_blinks_are_left_out_of_the_opening_of_the_eyes_and_a_slow_closure_is_kept(steady_s: Steady) -> None:
    times_s = steady_s(30)
    head = head_with_lids(lids(times_s, [(3, 3.3), (10, 12)]), times_s)
    signals, blinks = face_signals(head, times_s, np.ones(len(times_s), dtype=np.bool_), mirrored=False)
    assert len(blinks.times_s) == 1
    for side in ("left", "right"):
        opening = named(signals)[f"upper_face.eye_{side}_opening"]
        assert np.isnan(opening[(times_s > 3.0) & (times_s < 3.3)]).all()
        assert np.nanmin(opening[times_s < 9]) > 0.75 * OPEN_MM, "nothing of the blink is left"
        assert np.nanmin(opening) < 0.2 * OPEN_MM, "the closed eyes are"


def test_the_eye_at_the_pictures_left_is_the_patients_right_but_for_a_mirrored_recording(
    steady_s: Steady,
) -> None:
    times_s = steady_s(10)
    openings = lids(times_s, [])
    openings[:, 0] += 2.0
    head = head_with_lids(openings, times_s)
    usable = np.ones(len(times_s), dtype=np.bool_)
    for mirrored, wide in ((False, "right"), (True, "left")):
        found = named(face_signals(head, times_s, usable, mirrored=mirrored)[0])
        assert found[f"upper_face.eye_{wide}_opening"].mean() == pytest.approx(OPEN_MM + 2, abs=0.1)


def test_frames_that_may_not_be_measured_are_nan_in_every_signal(steady_s: Steady) -> None:
    times_s = steady_s(10)
    head = head_with_lids(lids(times_s, []), times_s)
    usable = np.ones(len(times_s), dtype=np.bool_)
    usable[20:40] = False
    signals, _ = face_signals(head, times_s, usable, mirrored=False)
    assert len(signals) == len(named(signals)), "no two signals have one name"
    for signal in signals:
        assert np.flatnonzero(np.isnan(signal.values)).tolist() == list(range(20, 40)), signal.name
    paths = still_point_paths(head, usable)
    assert paths.shape == (len(times_s), 2 * len(STILL_POINTS))
    assert np.isnan(paths[20:40]).all()
    assert np.isfinite(paths[:20]).all()
