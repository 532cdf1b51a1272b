"""What the times of a clip's pictures allow to be seen."""

from __future__ import annotations

import math

import numpy as np
import pytest

from tdscreen.video.timing import timing_report


def times(*spans: tuple[float, float]) -> np.ndarray:
    """Give times from spans of (seconds, pictures a second), one after the other."""
    steps = np.concatenate([np.full(round(length * fps), 1 / fps) for length, fps in spans])
    return np.concatenate([[0.0], np.cumsum(steps)[:-1]])


def none(times_s: np.ndarray) -> np.ndarray:
    return np.zeros(times_s.shape, bool)


def test_an_even_clip_of_ten_seconds_at_30_a_second():
    report = timing_report(times((10, 30)), none(times((10, 30))))
    assert report.frames == 300
    assert report.duration_s == pytest.approx(10.0)
    assert report.effective_fps == pytest.approx(30.0)
    assert report.interval_median_s == pytest.approx(1 / 30)
    assert report.highest_frequency_hz == pytest.approx(12.0)
    assert report.gaps_s == ()
    assert not report.truncated


def test_a_clip_that_falls_to_15_a_second_shows_what_15_can():
    t = times((5, 30), (5, 15))
    report = timing_report(t, none(t))
    assert report.effective_fps == pytest.approx(22.5, rel=0.01)
    assert report.highest_frequency_hz == pytest.approx(6.0)
    assert report.interval_p05_s == pytest.approx(1 / 30)
    assert report.interval_p95_s == pytest.approx(1 / 15)


def test_repeated_pictures_do_not_count_towards_the_rate():
    t = times((10, 30))
    report = timing_report(t, np.arange(300) % 2 == 1)
    assert report.repeated_frames == 150
    assert report.effective_fps == pytest.approx(15.0)
    assert report.highest_frequency_hz == pytest.approx(6.0)


def test_a_drawn_clip_in_which_nothing_changes_is_not_called_slow():
    t = times((10, 30))
    report = timing_report(t, np.arange(300) > 0)
    assert report.repeated_frames == 299
    assert report.effective_fps == pytest.approx(30.0)
    assert report.highest_frequency_hz == pytest.approx(12.0)


def test_a_gap_is_named_and_does_not_slow_the_rest():
    t = times((4, 30), (4, 30))
    t[120:] += 1.0
    report = timing_report(t, none(t))
    assert report.gaps_s == (pytest.approx((t[119], t[120])),)
    assert report.highest_frequency_hz == pytest.approx(12.0)
    assert report.duration_s == pytest.approx(9.0)


def test_a_single_lost_picture_does_not_slow_the_clip():
    t = np.delete(times((10, 30)), 100)
    assert timing_report(t, none(t)).highest_frequency_hz == pytest.approx(12.0)


def test_a_clip_cut_in_half_says_so():
    t = times((5, 30))
    report = timing_report(t, none(t), declared_duration_s=10.0, truncated=True)
    assert report.decoded_share == pytest.approx(0.5)
    assert report.truncated


def test_a_clip_that_is_whole_to_within_a_picture_has_a_share_of_one():
    t = times((5, 30))
    assert timing_report(t, none(t), declared_duration_s=5.02).decoded_share == 1.0


@pytest.mark.parametrize("count", [0, 1])
def test_too_few_pictures_have_no_rate(count):
    report = timing_report(np.zeros(count), np.zeros(count, bool))
    assert report.frames == count
    assert report.effective_fps == report.duration_s == report.highest_frequency_hz == 0.0
    assert math.isnan(report.interval_median_s)


@pytest.mark.parametrize("bad", [[0.0, 0.2, 0.1], [0.0, 0.0]])
def test_times_that_do_not_increase_are_refused(bad):
    with pytest.raises(ValueError, match="increase"):
        timing_report(bad, [False] * len(bad))


def test_shapes_that_differ_are_refused():
    with pytest.raises(ValueError, match="one shape"):
        timing_report([0.0, 0.1], [False])
