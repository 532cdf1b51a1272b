"""What the estimate rests on: the seconds that speak for and against each item, and the movement over time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import streamlit as st

from tdscreen import api
from tdscreen.assessment.assessment import Assessment
from tdscreen.assessment.moments import ItemMoments, Moment, moments
from tdscreen.assessment.plain import TASKS, number, sentence
from tdscreen.assessment.words import ITEM_NAMES, REGION_NAMES
from tdscreen.clinicapp.drawn import drawing_of
from tdscreen.clinicapp.spots import spots_of
from tdscreen.clinicapp.visit import seen
from tdscreen.clinicapp.watching import has_landmarks, watch
from tdscreen.clinicapp.words import retention
from tdscreen.errors import TdscreenError
from tdscreen.measurement.clip import ClipMeasurement
from tdscreen.motion.signals import Signal
from tdscreen.printing import day
from tdscreen.records.assessments import estimates
from tdscreen.records.clinic import Desk
from tdscreen.records.clips import clips, tracks
from tdscreen.records.entries import Clip, Examination
from tdscreen.records.examinations import examinations
from tdscreen.tracking.tracks import Tracks
from tdscreen.vocabulary import Item, Region, Task
from tdscreen.webapp.charts import most_moving_first, movement_figure, spectrum_figure
from tdscreen.webapp.moments import most_moving
from tdscreen.webapp.panels import region_table

_CHOSEN = "moment"
_FOR, _AGAINST = "for", "against"
_PLOT = {"displaylogo": False, "modeBarButtonsToRemove": ["select2d", "lasso2d", "toImage"]}


@dataclass(frozen=True)
class _Followed:
    """A kept clip with what was followed in it."""

    clip: Clip
    tracks: Tracks
    signals: tuple[Signal, ...]


@dataclass(frozen=True)
class _Earlier:
    """The same task in the patient's examination before, or why it is not shown."""

    name: str = ""
    signals: Mapping[str, Signal] | None = None
    why_not: str = ""


def show_evidence(desk: Desk, held: Examination, assessment: Assessment, kept: Sequence[Clip]) -> None:
    """Show what an estimate rests on, to whoever the store has given it to.

    Parameters
    ----------
    desk : Desk
    held : Examination
    assessment : Assessment
    kept : sequence of Clip
        Of the examination.
    """
    with st.spinner("Reading the landmarks"):
        followed = seen("followed", lambda: _follow(desk, kept))
    st.header("Seconds that speak for and against", anchor=False)
    st.markdown(
        "For each item the three seconds of the clips that speak most **for** movement, and the three that speak most "
        "**against** it. What was not seen is neither. These are the seconds that the estimate rests on; they are no "
        "rating."
    )
    found = seen(
        "moments",
        lambda: moments(assessment.clips, {sha256: one.signals for sha256, one in followed.items()}),
    )
    _show_moments(desk, found, followed)
    st.header("Movement over time", anchor=False)
    _show_movement(desk, held, assessment, followed)


def told(moment: Moment) -> str:
    """Say in words and numbers where a moment is, and what moved in it."""
    where = f"{moment.start_s:.1f} to {moment.end_s:.1f} s of {moment.file}, {REGION_NAMES[moment.region]}"
    if not moment.percent_time_moving:
        limit = number(moment.detection_limit_mm)
        return f"{where}: nothing moved that counts (a range of {limit} mm in a second would show)."
    return (
        f"{where}: ±{number(moment.amplitude_mm)} mm, "
        f"{number(moment.percent_time_moving, digits=0)}% of these seconds."
    )


def _follow(desk: Desk, kept: Sequence[Clip]) -> dict[str, _Followed]:
    """Read what was followed in the clips, by the hash that the assessment knows them by."""
    found = {}
    for clip in kept:
        if has_landmarks(clip):
            one = tracks(desk, clip.id)
            found[one.input_sha256] = _Followed(clip, one, api.signals(one))
    return found


def _show_moments(desk: Desk, found: Mapping[Item, ItemMoments], followed: Mapping[str, _Followed]) -> None:
    every = {
        (item, side): moment
        for item, one in found.items()
        for side, moment in ((_FOR, one.speaks_for), (_AGAINST, one.speaks_against))
        if moment is not None
    }
    chosen = st.session_state.get(_CHOSEN)
    if chosen not in every:
        chosen = next((one for one in every if one[1] == _FOR), next(iter(every), None))
    watched, listed = st.columns((5, 6), gap="medium")
    if chosen is not None:
        with watched, st.container(key="beside"):
            _show_moment(desk, every[chosen], f"{sentence(ITEM_NAMES[chosen[0]])}: {chosen[1]}", followed)
    with listed:
        for place, (item, one) in enumerate(found.items(), start=1):
            with st.container(border=True):
                st.markdown(f"**{place}. {sentence(ITEM_NAMES[item])}**")
                for side, moment in ((_FOR, one.speaks_for), (_AGAINST, one.speaks_against)):
                    if moment is not None:
                        st.text(f"{sentence(side)}: {told(moment)}")
                        st.button(
                            f"Show what speaks {side} item {place}",
                            key=f"moment-{item}-{side}",
                            type="primary" if chosen == (item, side) else "secondary",
                            on_click=_choose,
                            args=((item, side),),
                        )
                if one.reason is not None:
                    st.text(one.reason)


def _choose(which: tuple[Item, str]) -> None:
    st.session_state[_CHOSEN] = which


def _show_moment(desk: Desk, moment: Moment, title: str, followed: Mapping[str, _Followed]) -> None:
    one = followed[moment.input_sha256]
    st.text(f"{title}, {moment.start_s:.1f} to {moment.end_s:.1f} s of {moment.file}")
    if not one.clip.can_be_watched:
        st.text(f"{retention(one.clip)} What was followed in it is drawn alone.")
    stretch = (moment.start_s, moment.end_s)
    watch(
        desk, one.clip, spots_of(one.tracks), stretch=stretch, drawing=drawing_of(one.tracks, *stretch)
    )  # fmt: skip


def _show_movement(
    desk: Desk, held: Examination, assessment: Assessment, followed: Mapping[str, _Followed]
) -> None:
    there = [clip for clip in assessment.clips if clip.input_sha256 in followed]
    if not there:
        st.markdown("The landmarks of these clips are not kept, so that their movement cannot be drawn.")
        for clip in assessment.clips:
            st.html(region_table(clip))
        return
    clip = there[0]
    if len(there) > 1:
        clip = st.selectbox("Clip", there, format_func=lambda one: one.file, key="evidence-clip")
    st.html(region_table(clip))
    signals = followed[clip.input_sha256].signals
    regions = [region for region in Region if any(signal.region is region for signal in signals)]
    if not regions:
        st.markdown("No region was seen in this clip, so there is no movement to show.")
        return
    region = st.radio(
        "Region",
        regions,
        index=regions.index(most_moving(clip, regions)),
        format_func=lambda one: sentence(REGION_NAMES[one]),
        horizontal=True,
        key=f"evidence-region-{clip.input_sha256}",
    )
    earlier = seen(f"earlier-{clip.task}", lambda: _earlier(desk, held, clip.task))
    st.text(earlier.why_not or f"Broken lines, behind: {earlier.name}, the same task.")
    _draw(clip, region, [signal for signal in signals if signal.region is region], earlier)


def _draw(clip: ClipMeasurement, region: Region, signals: Sequence[Signal], earlier: _Earlier) -> None:
    measured = clip.regions[region]
    features = {found.name: found for found in measured.signals}
    ordered = most_moving_first(signals, features)
    if not measured.assessed:
        st.text(f"Not assessed. {measured.reason} The curves show what was followed.")
    key = f"{clip.input_sha256}-{region}"
    st.plotly_chart(
        movement_figure(
            ordered,
            features,
            gaps_s=clip.timing.gaps_s,
            behind=earlier.signals,
            behind_name=earlier.name,
        ),
        theme=None,
        key=f"over-time-{key}",
        config=_PLOT,
    )
    st.caption(
        "Shaded amber: the region moved. Curves are shown from their own middle; a break means that the region was not "
        "seen. An earlier recording begins at its own beginning."
    )
    spectrum = spectrum_figure(
        ordered,
        features,
        highest_frequency_hz=clip.timing.highest_frequency_hz,
        behind=earlier.signals,
        behind_name=earlier.name,
    )
    if spectrum is None:
        st.markdown("The region was not seen for long enough at a time to tell rates.")
        return
    st.plotly_chart(spectrum, theme=None, key=f"rates-{key}", config={"displayModeBar": False})


def _earlier(desk: Desk, held: Examination, task: Task) -> _Earlier:
    """Find the newest recording of the same task from an earlier examination of the patient.

    The store gives out what was measured then only to whoever has locked a rating of that examination, too.
    """
    before = [one for one in examinations(desk, held.patient) if one.held_at < held.held_at]
    for one in reversed(before):
        same = [clip for clip in clips(desk, one.id) if Task(clip.task) is task and has_landmarks(clip)]
        if not same:
            continue
        name = f"examination of {day(one.held_at)}"
        try:
            estimates(desk, one.id)
        except TdscreenError as error:
            return _Earlier(why_not=f"There is an earlier recording of this task ({name}). {error}")
        found = api.signals(tracks(desk, same[-1].id))
        return _Earlier(name, {signal.name: signal for signal in found})
    return _Earlier(
        why_not=f"No earlier recording of this task ({TASKS[task].lower()}) is kept with its landmarks."
    )
