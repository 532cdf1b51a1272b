"""Spans without a gap, and the grid within them."""

from __future__ import annotations

import numpy as np
import pytest

from tdscreen.motion.spans import from_grid, good_spans, to_grid


def test_fifteen_pictures_a_second_leave_no_gap():
    times_s = np.arange(60) / 15
    assert good_spans(times_s, np.ones(60, bool)) == (slice(0, 60),)


def test_a_repeated_picture_does_not_break_a_span_but_a_quarter_second_does():
    times_s = np.arange(180) / 30
    valid = np.ones(180, bool)
    valid[50] = False
    assert good_spans(times_s, valid) == (slice(0, 180),)
    valid[80:88] = False
    assert good_spans(times_s, valid) == (slice(0, 80), slice(88, 180))


def test_two_repeats_at_fifteen_a_second_rounded_to_the_millisecond_are_no_gap():
    times_s = np.round(np.arange(60) / 15, 3)
    valid = np.ones(60, bool)
    valid[20:22] = False
    assert len(good_spans(times_s, valid)) == 1


def test_spans_under_two_seconds_are_left_out():
    times_s = np.arange(150) / 30
    valid = np.ones(150, bool)
    valid[59:70] = False
    assert good_spans(times_s, valid) == (slice(70, 150),)
    valid[:] = False
    assert good_spans(times_s, valid) == ()


def test_spans_begin_and_end_on_what_was_seen():
    times_s = np.arange(90) / 30
    valid = np.zeros(90, bool)
    valid[10:71] = True
    assert good_spans(times_s, valid) == (slice(10, 71),)


def test_times_that_run_backwards_are_refused():
    with pytest.raises(ValueError, match="increase"):
        good_spans(np.array([0.0, 0.1, 0.1, 0.2]), np.ones(4, bool))
    with pytest.raises(ValueError, match="one shape"):
        good_spans(np.array([0.0, 0.1]), np.ones(3, bool))


def test_the_grid_is_as_fine_as_the_fast_half_of_a_clip_and_starts_with_its_span():
    times_s = np.r_[np.arange(60) / 30, 2 + np.arange(60) / 15] + 0.7
    grid = to_grid(np.sin(times_s), times_s)
    assert grid.rate_hz == 30
    assert grid.spans[0].start_s == pytest.approx(0.7)
    assert grid.assessed_s == pytest.approx(times_s[-1] - times_s[0], abs=1 / 30)


def test_a_grid_gives_back_the_samples_it_was_made_from():
    rng = np.random.default_rng(1)
    times_s = np.cumsum(rng.uniform(0.025, 0.04, 200))
    x = 2 * np.sin(2 * np.pi * 1.5 * times_s)
    x[100:115] = np.nan
    spans = good_spans(times_s, np.isfinite(x))
    back = from_grid(to_grid(x, times_s, spans), times_s, spans)
    np.testing.assert_array_equal(np.isnan(back), np.isnan(x))
    np.testing.assert_allclose(back[np.isfinite(x)], x[np.isfinite(x)], atol=0.03)


def test_nothing_is_invented_in_a_gap():
    times_s = np.arange(300) / 30
    x = np.sin(times_s)
    x[100:200] = np.nan
    grid = to_grid(x, times_s)
    assert grid.assessed_s == pytest.approx(99 / 30 * 2)
    assert [len(span.values) for span in grid.spans] == [100, 100]
