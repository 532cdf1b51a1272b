"""Signals over time, their spectra, and the picture of the moment that one clicks."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import streamlit as st

from tdscreen.assessment.plain import sentence
from tdscreen.assessment.words import REGION_NAMES, join_names
from tdscreen.errors import TdscreenError
from tdscreen.measurement.clip import ClipMeasurement
from tdscreen.tracking.tracks import LEFT, RIGHT, Tracks
from tdscreen.vocabulary import Region
from tdscreen.webapp.charts import most_moving_first, movement_figure, spectrum_figure
from tdscreen.webapp.desk import Desk
from tdscreen.webapp.panels import picture_figure, region_table
from tdscreen.webapp.run import Examination, MeasuredClip

_PLOT_CONFIG = {"displaylogo": False, "modeBarButtonsToRemove": ["select2d", "lasso2d", "toImage"]}
_STEP_S = 0.05


def show_movement(desk: Desk, examination: Examination) -> None:
    """Let the reader choose a clip, a region and a moment, and show all three."""
    clips = examination.clips
    place = 0
    if len(clips) > 1:
        place = st.selectbox(
            "Clip",
            range(len(clips)),
            format_func=lambda index: clips[index].request.name,
            key="movement-clip",
        )
    clip = clips[place]
    st.html(region_table(clip.measurement))
    seen = [region for region in Region if any(signal.region is region for signal in clip.signals)]
    if not seen:
        st.markdown("No region was seen in this clip, so there is no movement to show.")
        return
    _show_region(desk, clip, tuple(seen))


@st.fragment
def _show_region(desk: Desk, clip: MeasuredClip, seen: tuple[Region, ...]) -> None:
    token = clip.request.path.name
    region = st.radio(
        "Region",
        seen,
        index=seen.index(most_moving(clip.measurement, seen)),
        format_func=lambda one: sentence(REGION_NAMES[one]),
        horizontal=True,
        key=f"region-{token}",
    )
    features = {found.name: found for found in clip.measurement.regions[region].signals}
    signals = most_moving_first([signal for signal in clip.signals if signal.region is region], features)
    moment_key, chart_key = f"moment-{token}", f"chart-{token}-{region}"
    last_s = float(clip.tracks.times_s[-1])
    st.session_state.setdefault(moment_key, _first_moment(clip, region))

    measured = clip.measurement.regions[region]
    if not measured.assessed:
        st.warning(
            f"Not assessed. {measured.reason} The curves show what was followed, so that you can check it."
        )
    plots, picture = st.columns((3, 2), gap="medium")
    with picture:
        st.subheader("The moment", anchor=False)
        moment_s = st.slider(
            "Moment in the clip (s)", 0.0, max(last_s, _STEP_S), step=_STEP_S, key=moment_key,
            help="Click in a curve, drag, or use the arrow keys.",
        )  # fmt: skip
        close_up = st.toggle("Close up", value=True, key=f"close-{token}")
        _show_picture(desk, clip, moment_s, close_up=close_up)
    with plots:
        st.subheader("Over time", anchor=False)
        st.plotly_chart(
            movement_figure(signals, features, moment_s=moment_s, gaps_s=clip.measurement.timing.gaps_s),
            theme=None,
            key=chart_key,
            on_select=lambda: _choose_moment(chart_key, moment_key, last_s=last_s),
            selection_mode="points",
            config=_PLOT_CONFIG,
        )
        st.caption(
            "Shaded amber: the region moved. Red line: the moment whose picture is shown. Click in a curve "
            "to choose "
            "another. Curves are shown from their own middle; a break means that the region was not seen."
        )
    st.subheader("Rates", anchor=False)
    spectrum = spectrum_figure(
        signals, features, highest_frequency_hz=clip.measurement.timing.highest_frequency_hz
    )
    if spectrum is None:
        st.markdown("The region was not seen for long enough at a time to tell rates.")
        return
    st.plotly_chart(spectrum, theme=None, key=f"spectrum-{token}-{region}", config={"displayModeBar": False})
    st.caption(
        "How much of each signal moves at which rate. Blue: 0.5 to 3 Hz, where the slow repetitive movements "
        "of mouth "
        "and jaw lie (chewing at about 1.6 Hz, too). Violet: 4 Hz and above, where a narrow peak is "
        "tremor-like and "
        "is set aside, not scored."
    )


def _show_picture(desk: Desk, clip: MeasuredClip, moment_s: float, *, close_up: bool) -> None:
    index = int(np.argmin(np.abs(clip.tracks.times_s - moment_s)))
    time_s = float(clip.tracks.times_s[index])
    try:
        with st.spinner("Fetching the picture"):
            picture = desk.picture(clip, index, close_up=close_up)
    except TdscreenError as error:
        st.error(str(error))
        return
    st.html(picture_figure(picture, f"At {time_s:.2f} s. {describe_followed(clip.tracks, index)}"))


def describe_followed(tracks: Tracks, index: int) -> str:
    """Say what was followed in a picture, and so what its lines are."""
    names = ["face"] if tracks.face_valid[index] else []
    names += [
        name for side, name in ((LEFT, "left hand"), (RIGHT, "right hand")) if tracks.hands_valid[index, side]
    ]
    if not names:
        return "Neither face nor hands were found in this picture."
    return f"The lines are what was followed: {join_names(names)}."


def _choose_moment(chart_key: str, moment_key: str, *, last_s: float) -> None:
    points = st.session_state[chart_key].selection.points
    if points:
        st.session_state[moment_key] = nearest_step(float(points[0]["x"]), last_s=last_s)


def most_moving(clip: ClipMeasurement, seen: Sequence[Region]) -> Region:
    """Name the region whose movement stands out most from its own stillness."""

    def stands_out(region: Region) -> float:
        found = clip.regions[region]
        return (found.amplitude_mm or 0.0) / max(found.noise_floor_mm or 1.0, 1e-9)

    return max(seen, key=stands_out)


def _first_moment(clip: MeasuredClip, region: Region) -> float:
    """Begin in the middle of the first bout of the region's main signal, or of the clip."""
    found = clip.measurement.regions[region]
    bouts = next((one.bouts for one in found.signals if one.name == found.signal), ())
    start_s, end_s = bouts[0] if bouts else (0.0, float(clip.tracks.times_s[-1]))
    return nearest_step((start_s + end_s) / 2, last_s=float(clip.tracks.times_s[-1]))


def nearest_step(time_s: float, *, last_s: float) -> float:
    """Give the slider's step nearest to a time, and never one beyond the last picture: it would be refused."""
    return min(round(time_s / _STEP_S) * _STEP_S, last_s)
