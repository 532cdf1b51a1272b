"""Signals and spectra as figures."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import numpy as np
import pytest

from tdscreen.motion.signals import Signal
from tdscreen.vocabulary import Region
from tdscreen.webapp.charts import movement_figure, row_title, spectrum_figure, spectrum_of, thin
from tdscreen.webapp.run import MeasuredClip

Make = Callable[..., MeasuredClip]


def features_of(clip: MeasuredClip, region: Region) -> dict[str, object]:
    return {found.name: found for found in clip.measurement.regions[region].signals}


def test_a_gap_stays_a_gap_in_the_curve(lips_signal: Signal, measured_clip: Make) -> None:
    figure = movement_figure([lips_signal], features_of(measured_clip(), Region.LIPS), moment_s=5.0)
    curve = figure.data[0]
    assert np.isnan(np.asarray(curve.y)[90:102]).all()
    assert curve.connectgaps is False


def test_bouts_gaps_and_the_moment_are_drawn_where_they_are(lips_signal: Signal, measured_clip: Make) -> None:
    figure = movement_figure(
        [lips_signal], features_of(measured_clip(), Region.LIPS), moment_s=5.0, gaps_s=[(3.0, 3.4)]
    )
    spans = {(shape.x0, shape.x1) for shape in figure.layout.shapes}
    assert spans == {(4.0, 16.0), (3.0, 3.4), (5.0, 5.0)}


def test_an_earlier_recording_lies_behind_in_broken_lines_and_is_named(
    lips_signal: Signal, measured_clip: Make
) -> None:
    earlier = dataclasses.replace(lips_signal, values=0.5 * lips_signal.values)
    features = features_of(measured_clip(), Region.LIPS)
    behind = {"behind": {earlier.name: earlier}, "behind_name": "examination of 31 May 2026"}
    over_time = movement_figure([lips_signal], features, **behind)
    first, own = over_time.data
    assert (first.line.dash, own.line.dash) == ("dot", None)
    assert "31 May 2026" in first.hovertemplate
    assert np.nanmax(first.y) == pytest.approx(0.5 * np.nanmax(own.y), rel=0.05)
    # Nothing stands for a moment where there is no picture beside the curves.
    assert (5.0, 5.0) not in {(shape.x0, shape.x1) for shape in over_time.layout.shapes}
    rates = spectrum_figure([lips_signal], features, highest_frequency_hz=12.0, **behind)
    assert rates is not None
    assert [(one.line.dash, "31 May 2026" in one.name) for one in rates.data] == [
        ("dot", True),
        (None, False),
    ]


def test_a_click_can_choose_a_point_of_the_curve(lips_signal: Signal, measured_clip: Make) -> None:
    figure = movement_figure([lips_signal], features_of(measured_clip(), Region.LIPS), moment_s=5.0)
    assert "select" in figure.layout.clickmode
    # A line without marks offers nothing to choose.
    assert "markers" in figure.data[0].mode


def test_the_spectrum_of_a_1_5_hz_movement_peaks_at_1_5_hz(lips_signal: Signal) -> None:
    found = spectrum_of(lips_signal)
    assert found is not None
    assert found.frequencies_hz[np.argmax(found.density)] == pytest.approx(1.5, abs=0.05)


def test_the_spectrum_ends_at_what_the_clip_can_show(lips_signal: Signal, measured_clip: Make) -> None:
    figure = spectrum_figure(
        [lips_signal], features_of(measured_clip(), Region.LIPS), highest_frequency_hz=6.0
    )
    assert figure is not None
    assert max(figure.data[0].x) <= 6.0
    assert any("1.5 Hz" in annotation.text for annotation in figure.layout.annotations)


def test_a_signal_that_was_never_seen_has_no_spectrum(lips_signal: Signal) -> None:
    unseen = Signal(
        "lips.width", Region.LIPS, "mm", lips_signal.times_s, np.full(len(lips_signal.times_s), np.nan)
    )
    assert spectrum_figure([unseen], {}, highest_frequency_hz=12.0) is None


def test_a_still_signal_is_said_to_show_no_movement(measured_clip: Make) -> None:
    clip = measured_clip()
    brows = next(signal for signal in clip.signals if signal.region is Region.UPPER_FACE)
    title = row_title(brows, clip.measurement.regions[Region.UPPER_FACE].signals[0])
    assert "no movement found" in title
    assert "mm" not in title


def test_half_an_hour_is_drawn_through_its_extremes_and_gaps_in_few_points() -> None:
    times_s = np.arange(54_000) / 30
    values = np.sin(times_s)
    values[20_000] = 9.0
    values[30_000:31_000] = np.nan
    few_s, few = thin(times_s, values, max_points=3000)
    assert len(few) <= 3000
    assert np.nanmax(few) == 9.0
    assert few_s[np.nanargmax(few)] == times_s[20_000]
    assert np.isnan(few[(few_s > 1002) & (few_s < 1032)]).all()
    assert (np.diff(few_s) > 0).all()


def test_a_short_curve_is_drawn_as_it_is(lips_signal: Signal) -> None:
    times_s, values = thin(lips_signal.times_s, lips_signal.values)
    assert times_s is lips_signal.times_s
    assert values is lips_signal.values
