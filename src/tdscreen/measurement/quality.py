"""Whether a clip can be used, check by check: what was observed beside its rule, and what to do about it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tdscreen.geometry.face import HeadFrame
from tdscreen.geometry.patches import Part, patches_of
from tdscreen.measurement.clip import QualityCheck, QualityReport
from tdscreen.motion.spans import good_spans
from tdscreen.settings import FACE, GEOMETRY, MOTION, QUALITY, SCORING, QualitySettings
from tdscreen.tracking.tracks import Tracks
from tdscreen.vocabulary import Task, Verdict

BoolArray = NDArray[np.bool_]

MOUTH_BOX = (61, 291, 0, 17)
"""Mouth corners, upper and lower edge of the lips."""
FACE_OUTLINE = (
    10, 338, 297, 332, 284, 251, 389, 356, 454, 323, 361, 288, 397, 365, 379, 378, 400, 377,
    152, 148, 176, 149, 150, 136, 172, 58, 132, 93, 234, 127, 162, 21, 54, 103, 67, 109,
)  # fmt: skip
"""From the hairline round the cheeks and the chin."""
HAND_TASKS = frozenset(
    {Task.FINGER_TAPPING_LEFT, Task.FINGER_TAPPING_RIGHT, Task.ARMS_OUT, Task.HANDS_HANGING}
)
"""Tasks of which the hands are the point."""


@dataclass(frozen=True)
class FrameConditions:
    """What holds in each frame.

    Attributes
    ----------
    facing : ndarray, shape (n,), bool
        A face was found, and it looks near enough towards the camera.
    mouth_covered : ndarray, shape (n,), bool
        One of the patient's hands lies over the mouth, or a mask.
    hand_on_face : ndarray, shape (n, 2), bool
        The patient's own left (0) or right (1) hand lies before the face.
    """

    facing: BoolArray
    mouth_covered: BoolArray
    hand_on_face: BoolArray


def frame_conditions(tracks: Tracks, head: HeadFrame | None) -> FrameConditions:
    """Look at each frame for what gets in the way of measuring the face.

    Parameters
    ----------
    tracks : Tracks
    head : HeadFrame or None
        None where no face was found in the whole clip.
    """
    if head is None:
        none = np.zeros(len(tracks.times_s), dtype=np.bool_)
        return FrameConditions(none, none, np.zeros_like(tracks.hands_valid))
    with np.errstate(invalid="ignore"):
        turn, nod = np.abs(head.angles_deg[:, 0]), np.abs(head.angles_deg[:, 1])
        facing = tracks.face_valid & (turn <= FACE.max_turn_deg) & (nod <= FACE.max_nod_deg)
        return FrameConditions(facing, _mouth_covered(tracks), _hand_on_face(tracks))


def _hand_on_face(tracks: Tracks) -> BoolArray:
    on_face = np.zeros_like(tracks.hands_valid)
    outline = tracks.face_px[:, list(FACE_OUTLINE), :2]
    for side in range(2):
        hand = tracks.hands_px[:, side, :, :2]
        near = np.flatnonzero(_boxes_meet(hand, outline))
        among = [_is_among(hand[near, point], outline[near]) for point in range(hand.shape[1])]
        on_face[near, side] = np.mean(among, axis=0) >= QUALITY.min_hand_on_face
    return on_face


def _mouth_covered(tracks: Tracks) -> BoolArray:
    mouth = tracks.face_px[:, list(MOUTH_BOX), :2]
    low, high = mouth.min(axis=1), mouth.max(axis=1)
    margin = 0.1 * (high - low)
    # A mask is on or off: one picture's light says less than the clip's.
    worn = tracks.face_valid.any() and float(np.median(tracks.pallor[tracks.face_valid])) > QUALITY.max_pallor
    covered = tracks.face_valid & worn
    for side in range(2):
        hand = tracks.hands_px[:, side, :, :2]
        inside = (hand >= (low - margin)[:, None]) & (hand <= (high + margin)[:, None])
        covered |= inside.all(axis=2).any(axis=1)
        near = np.flatnonzero(_boxes_meet(hand, mouth))
        within = [_is_among(mouth[near, i], hand[near]) for i in range(len(MOUTH_BOX))]
        covered[near] |= np.sum(within, axis=0) >= 2
    return covered


def _boxes_meet(one: NDArray[np.floating[Any]], other: NDArray[np.floating[Any]]) -> BoolArray:
    """Say in which frames the boxes round two sets of points, shapes (n, k, 2) and (n, m, 2), have a place in common.

    Not where one of them was not seen. In most frames of most clips they do not, and nothing else need be asked.
    """
    meet = (one.max(axis=1) >= other.min(axis=1)) & (one.min(axis=1) <= other.max(axis=1))
    return np.asarray(meet.all(axis=1))


def _is_among(place: NDArray[np.floating[Any]], points: NDArray[np.floating[Any]]) -> BoolArray:
    """Say in which frames a place, shape (n, 2), lies within the outline of points, shape (n, k, 2)."""
    away = points - place[:, None]
    angles = np.sort(np.arctan2(away[..., 1], away[..., 0]), axis=1)
    # From within there are points on every side: no gap of half a turn.
    gaps = np.diff(angles, axis=1, append=angles[:, :1] + 2 * np.pi)
    return np.asarray(np.isfinite(angles).all(axis=1) & (gaps.max(axis=1) < np.pi))


def check_quality(
    tracks: Tracks,
    head: HeadFrame | None,
    conditions: FrameConditions,
    *,
    task: Task,
    still_range_mm: float,
    settings: QualitySettings = QUALITY,
) -> QualityReport:
    """Hold a clip against every rule.

    Parameters
    ----------
    tracks : Tracks
    head : HeadFrame or None
    conditions : FrameConditions
    task : Task
    still_range_mm : float
        What points at rest show in a second, NaN where no face was seen long enough.
    settings : QualitySettings

    Returns
    -------
    QualityReport
        The verdict is the worst that a failed check brings.
    """
    timing = tracks.timing
    n = max(len(tracks.times_s), 1)
    hand_share = 100.0 * float(tracks.hands_valid.any(axis=1).sum()) / n
    face_share = 100.0 * float(tracks.face_valid.sum()) / n
    # Without a face a clip of hands can still be used, one of nobody cannot.
    without_face = Verdict.LIMITED if hand_share >= settings.min_hand_share else Verdict.UNUSABLE
    light = float(np.median(tracks.luminance)) if len(tracks.luminance) else 0.0

    checks = [
        _check(
            "frames",
            float(timing.frames),
            settings.min_frames,
            "",
            Verdict.UNUSABLE,
            "There are too few pictures in this clip. Record it again.",
        ),
        _check(
            "duration",
            # To a millisecond, which container clocks lose.
            round(timing.duration_s, 3),
            SCORING.min_clip_s,
            "s",
            Verdict.LIMITED,
            f"The clip is short. Record at least {SCORING.min_clip_s:.0f} seconds; 15 to 30 are better.",
        ),
        _check(
            "frame_rate",
            timing.effective_fps,
            settings.min_fps,
            "pictures a second",
            Verdict.UNUSABLE,
            "There are too few pictures a second to see fast movement. Record at 30, in better light, "
            "and do not compress the clip.",
        ),
        _check(
            "complete",
            100.0 * min(timing.decoded_share, timing.frames / max(timing.frames + timing.dropped_stamps, 1)),
            settings.min_decoded_share,
            "% of the clip",
            Verdict.LIMITED,
            "The file is cut off or damaged: only a part could be read. Copy or send it again.",
        ),
        _check(
            "light",
            light,
            _least_light(tracks, face_share, hand_share, still_range_mm, settings),
            "of full brightness",
            Verdict.UNUSABLE,
            "It is too dark to see movement. Put a lamp or a window in front of the person, not behind.",
        ),
        _check(
            "overexposure",
            light,
            settings.max_luminance,
            "of full brightness",
            Verdict.UNUSABLE,
            "The picture is too bright to see movement. Turn away from the lamp or the sun.",
            upper=True,
        ),
        _check(
            "face_visible",
            face_share,
            settings.min_face_share,
            "% of pictures",
            without_face,
            "The face is not to be seen for long enough. Keep the whole face in the picture, uncovered.",
        ),
    ]
    # Of a face that is hardly ever there, nothing else is worth saying.
    if head is not None and face_share >= settings.min_face_share:
        facing_share = 100.0 * float(conditions.facing.sum()) / max(int(tracks.face_valid.sum()), 1)
        covered_share = 100.0 * float(conditions.mouth_covered.sum()) / max(int(tracks.face_valid.sum()), 1)
        checks += [
            _check(
                "facing",
                facing_share,
                settings.min_facing_share,
                "% of pictures",
                without_face,
                "The face is turned away, up or down. Look towards the camera.",
            ),
            _check(
                "face_unbroken",
                _unbroken_share(tracks),
                settings.min_unbroken_share,
                "% of the clip",
                Verdict.LIMITED,
                "The face comes and goes. Keep it in the picture without a break.",
            ),
            _check(
                "mouth_free",
                100.0 - covered_share,
                settings.min_mouth_free_share,
                "% of pictures",
                Verdict.LIMITED,
                "A hand or a mask is before the mouth. Take it off or away, and keep the hands from the face.",
            ),
        ]
        away = facing_share < settings.min_facing_share
        checks += _check_size(_far_iris_px(tracks) if away else head.iris_px, without_face, settings)
        if np.isfinite(still_range_mm):
            checks.append(
                _check(
                    "steady",
                    still_range_mm,
                    settings.max_still_range_mm,
                    "mm in a second",
                    Verdict.LIMITED,
                    "The picture shakes or the head moves a lot, which hides small movement. Prop the phone "
                    "against something, and let the head rest.",
                    upper=True,
                )
            )
    crowd_share = 100.0 * float((tracks.faces_seen > 1).sum()) / n
    checks.append(
        _check(
            "one_person",
            crowd_share,
            settings.max_crowd_share,
            "% of pictures",
            Verdict.LIMITED,
            "More than one person is in the picture. Only the nearest was followed; record the person alone.",
            upper=True,
        )
    )
    if task in HAND_TASKS:
        checks.append(
            _check(
                "hands_visible",
                hand_share,
                settings.min_hand_share,
                "% of pictures",
                Verdict.LIMITED,
                "The hands were left out on request, and this task is about them. Follow them, too."
                if tracks.hands_left_out
                else "The hands are not to be seen for long enough for this task. Keep them in the picture.",
            )
        )
    failed = [check.severity for check in checks if not check.passed]
    verdict = Verdict.UNUSABLE if Verdict.UNUSABLE in failed else Verdict.LIMITED if failed else Verdict.GOOD
    return QualityReport(verdict, tuple(checks))


def _least_light(
    tracks: Tracks, face_share: float, hand_share: float, still_range_mm: float, settings: QualitySettings
) -> float:
    """Say how bright a face must be: in a dim one something else must show that it is a picture and not noise.

    A phone lifts what light there is by gain, until hardly any looks like little. Then the skin's own marks are lost in
    noise and not found again, the face's points tremble, or no face is found.
    """
    if face_share < settings.min_face_share:
        shown = hand_share >= settings.min_hand_share
    else:
        seen = np.flatnonzero(tracks.face_valid)
        skin = tracks.patches_px[seen[:, None], patches_of(Part.RIGID, Part.STILL), 0]
        found = float(np.median(np.isfinite(skin).mean(axis=1)))
        shown = found >= settings.min_skin_found and not still_range_mm > settings.trembling_mm
    return settings.min_luminance if shown else settings.dim_luminance


def _check_size(iris_px: float, without_face: Verdict, settings: QualitySettings) -> list[QualityCheck]:
    """Judge whether the face is large enough to be measured at all, and if so whether to be measured well."""
    unit, nearer = "px across the iris", "Come nearer, so that head and shoulders fill it."
    large_enough = _check(
        "face_size",
        iris_px,
        settings.min_iris_px,
        unit,
        without_face,
        f"The face is too small in the picture. {nearer}",
    )
    pixel_mm = GEOMETRY.iris_mm / iris_px
    large = _check(
        "face_near",
        iris_px,
        settings.near_iris_px,
        unit,
        Verdict.LIMITED,
        f"The face is small in the picture: one pixel of it is {pixel_mm:.1f} mm, and small movement goes unseen. "
        f"{nearer}",
    )
    return [large_enough, large] if large_enough.passed else [large_enough]


def _far_iris_px(tracks: Tracks) -> float:
    """Estimate the iris of a face that is turned away, and looks narrow or short for it, by its larger side."""
    box = tracks.face_px[tracks.face_valid, :, :2]
    longer = np.median(np.ptp(box, axis=1).max(axis=1))
    return float(longer) * GEOMETRY.iris_mm / FACE.height_mm


def _unbroken_share(tracks: Tracks) -> float:
    """Share of the clip, 0 to 100, in which the face is seen in spans long enough to measure."""
    spans = good_spans(
        tracks.times_s,
        settled(tracks.times_s, tracks.face_valid),
        max_gap_s=MOTION.max_gap_s,
        min_duration_s=MOTION.min_span_s,
    )
    unbroken_s = sum(tracks.times_s[span.stop - 1] - tracks.times_s[span.start] for span in spans)
    return 100.0 * float(unbroken_s) / tracks.timing.duration_s


def settled(
    times_s: NDArray[np.float64], valid: BoolArray, *, settling_s: float = FACE.settling_s
) -> BoolArray:
    """Leave out what follows directly on being found: the first landmarks still settle.

    Parameters
    ----------
    times_s : ndarray, shape (n,)
    valid : ndarray, shape (n,), bool
    settling_s : float

    Returns
    -------
    ndarray, shape (n,), bool
    """
    kept = valid.copy()
    found = np.flatnonzero(valid & ~np.concatenate(([False], valid[:-1])))
    for start_s in times_s[found]:
        kept &= (times_s < start_s) | (times_s >= start_s + settling_s)
    return kept


def _check(
    name: str, value: float, limit: float, unit: str, severity: Verdict, advice: str, *, upper: bool = False
) -> QualityCheck:
    passed = value <= limit if upper else value >= limit
    bound = "at most" if upper else "at least"
    return QualityCheck(name, value, limit, bound, unit, passed, severity, "" if passed else advice)
