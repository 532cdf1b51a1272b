"""Tracks become the measurement of a clip: the one entrance to this room."""

from __future__ import annotations

import dataclasses
import itertools
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tdscreen.geometry.face import HeadFrame, head_frame
from tdscreen.geometry.hand import palm_frame
from tdscreen.measurement.clip import ClipMeasurement, MovingTogether, RegionMeasurement
from tdscreen.measurement.quality import FrameConditions, check_quality, frame_conditions, settled
from tdscreen.measurement.regions import Ruler, measure_region, region_features, speaking_signal
from tdscreen.measurement.room import head_in_room, palm_in_room
from tdscreen.measurement.tapping import count_taps
from tdscreen.measurement.tongue import measure_tongue
from tdscreen.motion.coupling import coupling
from tdscreen.motion.face_signals import MEASURED_POINTS, Blinks, face_signals, still_point_paths
from tdscreen.motion.features import SignalFeatures
from tdscreen.motion.fusion import face_parts, fuse, picture_signals
from tdscreen.motion.hand_signals import hand_signals, wrist_path
from tdscreen.motion.signals import Signal
from tdscreen.motion.stillness import detection_limit, still_range
from tdscreen.motion.tongue_signals import Protrusion, SeenTongue, find_protrusions, tongue_signals
from tdscreen.settings import FUSION, QUALITY, STILLNESS
from tdscreen.tracking.mouth import MOUTH_COLUMNS
from tdscreen.tracking.tracks import LEFT, RIGHT, Tracks
from tdscreen.vocabulary import HAND_REGION, Region, Side, Task, Verdict

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]

FACE_REGIONS = (Region.UPPER_FACE, Region.LIPS, Region.JAW, Region.HEAD)
MOUTH_REGIONS = (Region.LIPS, Region.JAW)
BROWS = (f"{Region.UPPER_FACE}.brow_left_height", f"{Region.UPPER_FACE}.brow_right_height")
TAPPING_HAND = {
    Task.FINGER_TAPPING_LEFT: Region.LEFT_HAND,
    Task.FINGER_TAPPING_RIGHT: Region.RIGHT_HAND,
}
OTHER_HAND = {Region.LEFT_HAND: Region.RIGHT_HAND, Region.RIGHT_HAND: Region.LEFT_HAND}
OTHER_HAND_REASON = (
    "This hand moves, and the one that was asked to tap does not. "
    "Was the recording mirrored, or the other hand meant?"
)
HANDS_LEFT_OUT_REASON = (
    "Nobody looked for hands: they were left out on request. A hand before the face goes unnoticed, too."
)


@dataclass(frozen=True)
class MeasuredSignals:
    """The signals of a clip with what it takes to read them.

    Attributes
    ----------
    signals : tuple of Signal
    limits : dict of str to float
        Detection limit of each signal, by name, in the signal's unit.
    rulers : dict of Region to Ruler
    blinks : Blinks or None
        None where no face was seen.
    head : HeadFrame or None
    conditions : FrameConditions
    still_range_mm : float
        What points of the face at rest show in a second; NaN where not seen long enough.
    protrusions : tuple of Protrusion
        Each time the tongue came out.
    """

    signals: tuple[Signal, ...]
    limits: dict[str, float]
    rulers: dict[Region, Ruler]
    blinks: Blinks | None
    head: HeadFrame | None
    conditions: FrameConditions
    still_range_mm: float
    protrusions: tuple[Protrusion, ...]


def read_signals(tracks: Tracks) -> MeasuredSignals:
    """Turn tracks into named signals with their detection limits.

    Parameters
    ----------
    tracks : Tracks

    Returns
    -------
    MeasuredSignals
    """
    signals: list[Signal] = []
    limits: dict[str, float] = {}
    rulers: dict[Region, Ruler] = {}
    head = (
        head_frame(tracks.face_px, tracks.iris_px, keep=MEASURED_POINTS) if tracks.face_valid.any() else None
    )
    conditions = frame_conditions(tracks, head)
    blinks: Blinks | None = None
    face_still_mm = math.nan
    protrusions: tuple[Protrusion, ...] = ()
    if head is not None:
        head, camera_mm = head_in_room(head, tracks)
        usable = conditions.facing & ~tracks.repeated & settled(tracks.times_s, tracks.face_valid)
        found, blinks = face_signals(head, tracks.times_s, usable, mirrored=tracks.mirrored)
        face_still_mm = still_range(still_point_paths(head, usable), tracks.times_s)
        parts = face_parts(
            tracks.face_px,
            tracks.iris_px,
            tracks.patches_px,
            tracks.patches_error_px,
            usable,
            angles_deg=head.angles_deg,
            picture_px=(tracks.image_width_px, tracks.image_height_px),
        )
        fused = fuse(found, picture_signals(parts, mirrored=tracks.mirrored))
        patches_still_mm = still_range(parts.still_mm, tracks.times_s)
        for signal in fused.signals:
            by_picture = signal.name in fused.from_picture
            if signal.region in MOUTH_REGIONS:
                covered = np.where(conditions.mouth_covered, np.nan, signal.values)
                signal = dataclasses.replace(signal, values=covered)
            signals.append(signal)
            limits[signal.name] = (
                _limit(signal, patches_still_mm, STILLNESS.patches, math.nan)
                if by_picture
                else _limit(signal, face_still_mm, STILLNESS.face, camera_mm)
            )
        ruler = Ruler(head.scale_uncertainty, head.interocular_mm, _witness(found, fused.from_picture))
        rulers |= dict.fromkeys(FACE_REGIONS, ruler)
        rulers[Region.TONGUE] = Ruler(head.scale_uncertainty, head.interocular_mm)
        shown = tongue_signals(
            _seen_tongue(tracks, usable & ~conditions.mouth_covered), eyes_mm=head.interocular_mm
        )
        protrusions = find_protrusions(shown[0].values, tracks.times_s)
        for signal in shown:
            signals.append(signal)
            limits[signal.name] = _limit(signal, face_still_mm, STILLNESS.tongue, math.nan)
    for index, side in ((LEFT, Side.LEFT), (RIGHT, Side.RIGHT)):
        valid = tracks.hands_valid[:, index] & ~conditions.hand_on_face[:, index]
        if not valid.any():
            continue
        palm = palm_frame(tracks.hands_px[:, index], tracks.hands_world_m[:, index])
        usable = valid & ~tracks.repeated & settled(tracks.times_s, valid)
        hand_still_mm = still_range(wrist_path(palm, usable), tracks.times_s)
        region = HAND_REGION[side]
        # The wrist's path in the picture as it is told above what stillness of the fingers shows.
        palm, camera_mm = palm_in_room(palm, tracks, index)
        found = hand_signals(palm, tracks.times_s, usable, region=region)
        for signal in found:
            signals.append(signal)
            limits[signal.name] = _limit(signal, hand_still_mm, STILLNESS.hand, camera_mm)
        rulers[region] = Ruler(
            palm.scale_uncertainty,
            palm.palm_mm,
            {signal.name: FUSION.mesh_loss for signal in found if "wrist" not in signal.name},
        )
    return MeasuredSignals(
        tuple(signals), limits, rulers, blinks, head, conditions, face_still_mm, protrusions
    )


def measure(tracks: Tracks, *, task: Task = Task.UNSTRUCTURED) -> ClipMeasurement:
    """Measure one clip: its quality, and the movement of each region.

    Parameters
    ----------
    tracks : Tracks
    task : Task
        What the person was asked to do: what was asked for is not involuntary.

    Returns
    -------
    ClipMeasurement
    """
    read = read_signals(tracks)
    quality = check_quality(tracks, read.head, read.conditions, task=task, still_range_mm=read.still_range_mm)
    failed = {check.name: check.advice for check in quality.checks if not check.passed}
    unusable = next(
        (c.advice for c in quality.checks if not c.passed and c.severity is Verdict.UNUSABLE), None
    )
    left_out = dict.fromkeys(HAND_REGION.values(), HANDS_LEFT_OUT_REASON) if tracks.hands_left_out else {}
    reasons = {
        region: left_out.get(region) or unusable or _why_not(region, tracks, read.conditions, failed)
        for region in Region
    }
    features = {
        region: region_features(
            [signal for signal in read.signals if signal.region is region],
            read.limits,
            highest_frequency_hz=tracks.timing.highest_frequency_hz,
        )
        for region, reason in reasons.items()
        if reason is None
    }
    chosen = {region: speaking_signal(found) for region, found in features.items()}
    speaking = {region: one for region, one in chosen.items() if one is not None}
    regions = {
        region: RegionMeasurement(region, assessed=False, reason=reason)
        if reason is not None
        else _measured(region, features[region], read, task=task, speaking=speaking)
        for region, reason in reasons.items()
    }
    _set_aside_the_other_hand(regions, task)
    _count_taps(regions, tracks, read.limits, task)
    return ClipMeasurement(
        file=tracks.file,
        task=task,
        frames=tracks.timing.frames,
        duration_s=tracks.timing.duration_s,
        effective_fps=tracks.timing.effective_fps,
        width=tracks.image_width_px,
        height=tracks.image_height_px,
        rotation_deg=tracks.rotation_deg,
        mirrored=tracks.mirrored,
        timing=tracks.timing,
        quality=quality,
        regions=regions,
        moving_together=_moving_together(regions, read.signals),
        input_sha256=tracks.input_sha256,
        provenance=dict(tracks.provenance),
    )


def _measured(
    region: Region,
    found: Sequence[SignalFeatures],
    read: MeasuredSignals,
    *,
    task: Task,
    speaking: Mapping[Region, SignalFeatures],
) -> RegionMeasurement:
    """Measure one region; the tongue, which may be hidden, in its own way."""
    if region is Region.TONGUE:
        others: dict[Region, SignalFeatures] = {r: one for r, one in speaking.items() if r is not region}
        return measure_tongue(found, read.protrusions, read.rulers[region], task=task, speaking=others)
    blinks = read.blinks if region is Region.UPPER_FACE else None
    return measure_region(region, found, read.rulers[region], task=task, speaking=speaking, blinks=blinks)


def _seen_tongue(tracks: Tracks, watched: BoolArray) -> SeenTongue:
    """Take the tongue from what the pictures showed of the mouth."""
    column = {name: tracks.mouth[:, k].astype(np.float64) for k, name in enumerate(MOUTH_COLUMNS)}
    return SeenTongue(
        times_s=tracks.times_s,
        watched=watched & np.isfinite(column["opening"]),
        past=column["tongue_past"],
        ahead=column["tongue_ahead"],
        below=column["tongue_below"],
        area=column["tongue_area"],
        side=column["tongue_side"],
        opening=column["opening"],
    )


def _set_aside_the_other_hand(regions: dict[Region, RegionMeasurement], task: Task) -> None:
    """Score no tapping as involuntary where the hand that was asked for is still or not to be seen.

    A selfie that was not stated to be mirrored, or the wrong hand, would otherwise read as severe movement.
    """
    if task not in TAPPING_HAND:
        return
    asked, other = regions[TAPPING_HAND[task]], regions[OTHER_HAND[TAPPING_HAND[task]]]
    if not asked.amplitude_mm and other.amplitude_mm:
        regions[other.region] = dataclasses.replace(
            other,
            scored_amplitude_mm=None,
            scored_percent_time_moving=None,
            not_scored_reason=OTHER_HAND_REASON,
        )


def _count_taps(
    regions: dict[Region, RegionMeasurement], tracks: Tracks, limits: Mapping[str, float], task: Task
) -> None:
    """Count the taps of the hand that was asked to tap, where it was seen."""
    if task not in TAPPING_HAND or not regions[TAPPING_HAND[task]].assessed:
        return
    region = TAPPING_HAND[task]
    count, per_s = count_taps(
        tracks, LEFT if region is Region.LEFT_HAND else RIGHT, smallest_mm=limits[f"{region}.thumb_index"]
    )
    regions[region] = dataclasses.replace(regions[region], taps=count, taps_per_s=per_s)


def _moving_together(
    regions: Mapping[Region, RegionMeasurement], signals: Sequence[Signal]
) -> tuple[MovingTogether, ...]:
    """Compare the regions that move with each other, and the two brows where the upper face moves."""
    by_name = {signal.name: signal for signal in signals}
    speaking = [measured.signal for measured in regions.values() if measured.signal is not None]
    pairs = list(itertools.combinations(speaking, 2))
    if regions[Region.UPPER_FACE].signal is not None:
        pairs.append(BROWS)
    found = []
    for first, second in pairs:
        one, other = by_name[first], by_name[second]
        together = coupling(one.values, other.values, one.times_s)
        if together is not None:
            found.append(MovingTogether(first, second, together))
    return tuple(found)


def _witness(signals: Sequence[Signal], from_picture: frozenset[str]) -> dict[str, float]:
    """Say by how much each signal of the face, by name, may be off for what its witness loses or adds, as a share."""
    return {
        signal.name: next(share for end, share in FUSION.witness_error if signal.name.endswith(end))
        if signal.name in from_picture
        else FUSION.mesh_loss
        for signal in signals
        if signal.region is not Region.HEAD
    }


def _limit(
    signal: Signal, still_range_mm: float, table: tuple[tuple[str, float, float], ...], camera_mm: float
) -> float:
    if not math.isfinite(still_range_mm) or not np.isfinite(signal.values).any():
        return math.nan
    factor, minimum = next((f, m) for name, f, m in table if signal.name.endswith(name))
    camera_left = 0.0
    if math.isfinite(camera_mm):
        minimum, share = next(
            ((m, s) for name, m, s in STILLNESS.in_room if signal.name.endswith(name)), (minimum, 0.0)
        )
        camera_left = share * camera_mm
    limit = detection_limit(
        signal.values, signal.times_s, still_range=still_range_mm, factor=factor, minimum=minimum
    )
    return math.hypot(limit, camera_left)


def _why_not(
    region: Region, tracks: Tracks, conditions: FrameConditions, failed: dict[str, str]
) -> str | None:
    """Say why a region cannot be assessed in this clip; None if it can."""
    if region in (*FACE_REGIONS, Region.TONGUE):
        checks = ["face_visible", "face_size", "facing"]
        if region in (*MOUTH_REGIONS, Region.TONGUE):
            checks.append("mouth_free")
        return next((failed[name] for name in checks if name in failed), None)
    side = LEFT if region is Region.LEFT_HAND else RIGHT
    seen = tracks.hands_valid[:, side]
    name = "left" if side == LEFT else "right"
    if not seen.any():
        return f"The {name} hand is not in the picture."
    if 100.0 * float(seen.mean()) < QUALITY.min_hand_share:
        return f"The {name} hand is in the picture for too little of the time."
    if 100.0 * float((seen & ~conditions.hand_on_face[:, side]).mean()) < QUALITY.min_hand_share:
        return f"The {name} hand lies before the face, where its fingers cannot be followed. Keep it away from there."
    return None
