"""The real chain on one clip, from the video file on, beside what is true of it."""

from __future__ import annotations

import contextlib
import functools
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from tdscreen import api
from tdscreen.assessment.assessment import Assessment
from tdscreen.keeping.cache import TrackCache
from tdscreen.measurement.clip import ClipMeasurement, RegionMeasurement
from tdscreen.phantom.film import paths_of
from tdscreen.tracking.tracks import LEFT, RIGHT, Tracks
from tdscreen.verification.contrast import skin_contrast
from tdscreen.verification.grid import GridClip
from tdscreen.verification.landmarks import landmark_amplitudes
from tdscreen.verification.results import (
    ClipResult,
    HandResult,
    ItemResult,
    RegionResult,
    SignalResult,
    TongueResult,
)
from tdscreen.verification.truth import ClipTruth, TrueRegion, read_truth, true_amplitude
from tdscreen.vocabulary import HAND_REGION, ITEM_REGIONS, Item, MovementType, Region, Side, Task, Verdict

TRACKS_FOLDER = "tracks"
_KINDS = frozenset(MovementType)
_WRIST_POINT, _MIDDLE_KNUCKLE = 0, 9
_ENDS_OF_HAND = ("wrist", "middle_tip")
_NONE_TRUE = TrueRegion(None, 0.0, None, 0.0, (), 0, scored=False, carried=False)


@dataclass(frozen=True)
class Followed:
    """What tracking made of a clip, and what was read off one of its pictures."""

    tracks: Tracks
    skin_contrast: float | None


def follow(clip: Path, cache: Path, *, mirrored: bool) -> Followed:
    """Track a clip, or take what was tracked before by the same code and the same models.

    Parameters
    ----------
    clip : Path
    cache : Path
        Folder of tracks; made if it is not there.
    mirrored : bool

    Returns
    -------
    Followed

    Raises
    ------
    TdscreenError
        As :func:`tdscreen.api.track`.
    """
    kept = TrackCache(cache)
    tracks = api.track(clip, mirrored=mirrored, cache=kept)
    beside = cache / f"{kept.name_of(clip, mirrored=mirrored)}.json"
    # A file that was cut short, or of an older form, is made again.
    with contextlib.suppress(FileNotFoundError, ValueError, KeyError):
        return Followed(tracks, json.loads(beside.read_text())["skin_contrast"])
    contrast = _contrast(clip, tracks)
    cache.mkdir(parents=True, exist_ok=True)
    part = beside.with_name(f".{beside.name}.{os.getpid()}")
    part.write_text(json.dumps({"skin_contrast": contrast}))
    part.replace(beside)
    return Followed(tracks, contrast)


def _contrast(clip: Path, tracks: Tracks) -> float | None:
    seen = np.flatnonzero(tracks.face_valid)
    if not seen.size:
        return None
    middle = int(seen[seen.size // 2])
    return skin_contrast(api.frame_at(clip, float(tracks.times_s[middle])), tracks.face_px[middle])


def run_clip(grid_clip: GridClip, folder: Path) -> ClipResult:
    """Run the chain on one clip of a folder.

    Parameters
    ----------
    grid_clip : GridClip
    folder : Path
        Where the clip and its truth lie; tracks are kept in a folder within.

    Returns
    -------
    ClipResult

    Raises
    ------
    TdscreenError
        The clip, or what is true of it, cannot be read.
    """
    paths = paths_of(grid_clip.name, folder)
    truth = read_truth(paths.truth)
    mirrored = bool(truth.camera["mirrored"])
    followed = follow(paths.clip, folder / TRACKS_FOLDER, mirrored=mirrored)
    return result_of(grid_clip, truth, followed)


def result_of(grid_clip: GridClip, truth: ClipTruth, followed: Followed) -> ClipResult:
    """Measure and score what was tracked, and hold it against the truth.

    Parameters
    ----------
    grid_clip : GridClip
    truth : ClipTruth
    followed : Followed

    Returns
    -------
    ClipResult
    """
    tracks = followed.tracks
    task = api.as_task(truth.task)
    measured = api.measure(tracks, task=task)
    assessment = api.assess([measured])
    by_landmarks = landmark_amplitudes(tracks, {name: one.bouts_s for name, one in truth.regions.items()})
    person, camera = truth.person, truth.camera
    failed = [check for check in measured.quality.checks if not check.passed]
    regions = tuple(
        _region(truth, region, measured.regions[region], by_landmarks, task=task) for region in Region
    )
    return ClipResult(
        name=grid_clip.name,
        sections=grid_clip.sections,
        group=grid_clip.group,
        base=grid_clip.base,
        variant=grid_clip.variant,
        preset=truth.preset or "programme",
        task=truth.task,
        person=int(person["seed"]),
        sex=str(person["sex"]),
        origin=str(person["origin"]),
        age_band=age_band(float(person["age_years"])),
        monk_tone=int(person["monk_tone"]),
        width=measured.width,
        height=measured.height,
        fps=float(camera["fps"]),
        distance_mm=round(float(camera["distance_mm"])),
        light=_light(camera),
        codec=str(camera["codec"]),
        degraded=truth.degraded,
        duration_s=truth.duration_s,
        pictures=len(tracks.times_s),
        verdict=str(measured.quality.verdict),
        failed_checks=tuple(check.name for check in failed),
        unusable_checks=tuple(check.name for check in failed if check.severity is Verdict.UNUSABLE),
        face_share=100.0 * float(tracks.face_valid.mean()) if len(tracks.face_valid) else 0.0,
        skin_contrast=followed.skin_contrast,
        blinks_per_minute=measured.regions[Region.UPPER_FACE].blinks_per_minute,
        regions=regions,
        items=_items(assessment, regions),
        hands=tuple(_hand(side, truth, tracks, measured) for side in Side),
        tongue=_tongue(truth, measured.regions[Region.TONGUE]),
        input_sha256=tracks.input_sha256,
    )


def age_band(years: float) -> str:
    """Return the group of an age: 20 to 39, 40 to 59, 60 and more."""
    return "20 to 39" if years < 40 else "40 to 59" if years < 60 else "60 and more"


def _light(camera: Mapping[str, object]) -> str:
    share = float(str(camera["light"]))
    return str(camera["lighting"]) if share == 1 else f"{camera['lighting']}, {share:.0%} of its light"


def _region(
    truth: ClipTruth,
    region: Region,
    found: RegionMeasurement,
    by_landmarks: Mapping[str, float],
    *,
    task: Task,
) -> RegionResult:
    true = truth.regions.get(str(region), _NONE_TRUE)
    own = [one for one in truth.movements if one.region == str(region)]
    moving = [one for one in own if one.regular is not None]
    rates = {one.rate_hz for one in moving}
    truly = functools.partial(true_amplitude, truth, bouts_s=true.bouts_s or None)
    if region is Region.TONGUE and true.signal is not None:
        # Its size is how far it reaches, and not half the range of a path.
        truly = functools.partial(_reach, true)
    return RegionResult(
        region=str(region),
        kinds=_kinds([one.kind for one in own], task=task),
        regular=bool(moving) and all(one.regular for one in moving) and len(rates) == 1 and None not in rates,
        true_signal=true.signal,
        true_amplitude=true.amplitude_mm,
        true_frequency_hz=true.frequency_hz,
        true_percent_time_moving=true.percent_time_moving,
        true_severity=true.severity,
        true_scored=true.scored,
        carried=true.carried,
        assessed=found.assessed,
        reason=found.reason,
        signal=found.signal,
        true_amplitude_of_signal=None if found.signal is None else truly(found.signal),
        amplitude_mm=found.amplitude_mm,
        amplitude_interval_mm=found.amplitude_interval_mm,
        peak_frequency_hz=found.peak_frequency_hz,
        percent_time_moving=found.percent_time_moving,
        noise_floor_mm=found.noise_floor_mm,
        movement_types=tuple(str(kind) for kind in found.movement_types),
        scored_amplitude_mm=found.scored_amplitude_mm,
        scored_percent_time_moving=found.scored_percent_time_moving,
        not_scored_reason=found.not_scored_reason,
        signals=tuple(
            SignalResult(
                name=one.name,
                unit=one.unit,
                true_amplitude=truly(one.name),
                amplitude=one.amplitude,
                amplitude_by_landmarks=by_landmarks.get(one.name),
                peak_frequency_hz=one.peak_frequency_hz,
                percent_time_moving=one.percent_time_moving,
                noise_floor=one.noise_floor,
            )
            for one in found.signals
        ),
    )


def _reach(true: TrueRegion, signal: str) -> float | None:
    return true.amplitude_mm if signal.endswith(".reach") else None


def _kinds(found: list[str], *, task: Task) -> tuple[str, ...]:
    """Return what truly moves in the words of the tool; a posture that was asked for is a task done as asked."""
    asked = task in (Task.MOUTH_OPEN, Task.TONGUE_OUT)
    named = {str(MovementType.VOLUNTARY_TASK) if kind == "posture" and asked else kind for kind in found}
    return tuple(sorted(named & _KINDS))


def _items(assessment: Assessment, regions: tuple[RegionResult, ...]) -> tuple[ItemResult, ...]:
    by_name = {region.region: region for region in regions}
    found = []
    for item in Item:
        told = assessment.items[item]
        true = [by_name[part].true_severity or 0 for part in ITEM_REGIONS[item] if by_name[part].true_scored]
        found.append(
            ItemResult(
                str(item), told.assessed, told.reason, told.expected, told.severity, max(true, default=0)
            )
        )
    return tuple(found)


def _hand(side: Side, truth: ClipTruth, tracks: Tracks, measured: ClipMeasurement) -> HandResult:
    seen, exchanged = _exchanged(side, truth, tracks)
    found = measured.regions[HAND_REGION[side]]
    return HandResult(
        side=str(side),
        true_taps=truth.taps.get(str(side)),
        taps=found.taps,
        true_tap_rate_hz=truth.tap_rate_hz.get(str(side)),
        tap_rate_hz=found.taps_per_s,
        seen_pictures=seen,
        exchanged_pictures=exchanged,
        in_view_pictures=_in_view(side, truth, tracks),
    )


def _exchanged(side: Side, truth: ClipTruth, tracks: Tracks) -> tuple[int, int]:
    """Count pictures in which a hand is followed, and those in which it is clearly the other one.

    A hand is the other one if its wrist lies nearer to the other's true place by more than half a palm: where two hands
    cover each other neither can be told.
    """
    own, other = (
        _true_place(truth, tracks.times_s, f"{one}_wrist")
        for one in (side, Side.LEFT if side is Side.RIGHT else Side.RIGHT)
    )
    if own is None or other is None:
        return 0, 0
    hand = tracks.hands_px[:, LEFT if side is Side.LEFT else RIGHT]
    valid = tracks.hands_valid[:, LEFT if side is Side.LEFT else RIGHT]
    wrist = hand[:, _WRIST_POINT, :2]
    palm = np.linalg.norm(hand[:, _MIDDLE_KNUCKLE, :2] - wrist, axis=1)
    to_own, to_other = (np.linalg.norm(wrist - place, axis=1) for place in (own, other))
    with np.errstate(invalid="ignore"):
        wrong = valid & (to_other < to_own - palm / 2)
    return int(valid.sum()), int(wrong.sum())


def _in_view(side: Side, truth: ClipTruth, tracks: Tracks) -> int:
    """Count pictures within whose edges both ends of a hand, wrist and longest finger, truly lie."""
    size = np.array([tracks.image_width_px, tracks.image_height_px])
    within = np.ones(len(tracks.times_s), dtype=np.bool_)
    for mark in _ENDS_OF_HAND:
        place = _true_place(truth, tracks.times_s, f"{side}_{mark}")
        if place is None:
            return 0
        within &= ((place >= 0) & (place < size)).all(axis=1)
    return int(within.sum())


def _true_place(
    truth: ClipTruth, times_s: np.typing.NDArray[np.float64], mark: str
) -> np.typing.NDArray[np.float64] | None:
    columns = [truth.columns.get(f"px.{mark}.{axis}") for axis in "xy"]
    if any(column is None for column in columns):
        return None
    return np.stack(
        [np.interp(times_s, truth.times_s, column) for column in columns if column is not None], axis=1
    )


def _tongue(truth: ClipTruth, found: RegionMeasurement) -> TongueResult:
    measured = (
        None
        if found.protrusions is None
        else [(one.start_s, one.end_s, one.reach_mm) for one in found.protrusions]
    )
    errors = []
    for start_s, end_s, reach_mm in truth.protrusions_s:
        reached = [reach for start, end, reach in measured or () if start < end_s and end > start_s]
        if reached:
            errors.append(max(reached) - reach_mm)
    return TongueResult(
        true_count=len(truth.protrusions_s),
        count=None if measured is None else len(measured),
        reach_errors_mm=tuple(errors),
        hidden=truth.tongue_hidden,
        assessed=found.assessed,
        reason=found.reason,
    )
