"""The head's own frame: what the head does is taken out, what the face does is left, in millimetres."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from moving import TIMES_S, sine, turned
from tdscreen.geometry.face import BRIDGE, HeadFrame, head_frame, iris_diameter_px
from tdscreen.motion.face_signals import MEASURED_POINTS, face_signals
from tdscreen.settings import GEOMETRY
from tdscreen.vocabulary import Region

Floats = NDArray[np.float64]
LIPS = [0, 13, 14, 17, 37, 267, 61, 291]
USABLE = np.ones(len(TIMES_S), dtype=np.bool_)


def moved_head(face_px: Floats, *, turn: float = 12, nod: float = 8, tilt: float = 10) -> Floats:
    """Move a face (one, or one a frame) as a head and a hand-held camera do."""
    angles: dict[str, Any] = {
        "turn_deg": sine(turn, 0.7),
        "nod_deg": sine(nod, 1.1),
        "tilt_deg": sine(tilt, 1.7),
    }
    nearer = 1 + 0.1 * np.sin(2 * np.pi * 0.4 * TIMES_S)[:, None, None]
    shift = np.stack([sine(40, 0.9), sine(25, 2.1), np.zeros_like(TIMES_S)], axis=1)[:, None]
    return (turned(face_px, **angles) * nearer + shift + (360, 360, 0)).astype(np.float32)


def named(frame: HeadFrame) -> dict[str, Floats]:
    signals, _ = face_signals(frame, TIMES_S, USABLE, mirrored=False)
    return {signal.name: signal.values for signal in signals if signal.region is not Region.HEAD}


def test_a_head_that_moves_as_a_whole_shows_less_than_a_20th_mm_of_facial_movement(
    still_face_px: Floats,
) -> None:
    signals = named(head_frame(moved_head(still_face_px)))
    assert {"lips.opening", "lips.side_shift", "jaw.opening", "upper_face.brow_left_height"} <= signals.keys()
    for name, values in signals.items():
        assert np.ptp(values) < 0.05, name


def test_lips_that_shift_by_3_mm_on_a_moving_head_shift_by_3_mm(still_face_px: Floats) -> None:
    mm_per_px = head_frame(still_face_px[None]).mm_per_px
    face = np.repeat(still_face_px[None], len(TIMES_S), axis=0)
    face[:, LIPS, 0] += (sine(3, 1.5) / mm_per_px)[:, None]
    signals = named(head_frame(moved_head(face)))
    shift = signals["lips.side_shift"]
    np.testing.assert_allclose(shift - shift.mean(), sine(3, 1.5), atol=0.05)
    for name in (
        "lips.opening",
        "lips.height",
        "jaw.opening",
        "jaw.side_shift",
        "upper_face.brow_half_distance",
    ):
        assert np.ptp(signals[name]) < 0.05, name


def test_lips_that_open_by_3_mm_open_by_3_mm_however_the_head_is_turned(still_face_px: Floats) -> None:
    mm_per_px = head_frame(still_face_px[None]).mm_per_px
    face = np.repeat(still_face_px[None], len(TIMES_S), axis=0)
    apart = face[0, 14] - face[0, 13]
    face[:, 14] += (1.5 + sine(1.5, 2.0))[:, None] / mm_per_px * apart / np.linalg.norm(apart)
    signals = named(head_frame(moved_head(face, turn=25)))
    opening = signals["lips.opening"]
    assert np.ptp(opening) == pytest.approx(3.0, abs=0.05)


@pytest.mark.parametrize("scale", [0.3, 0.5, 2.0])
def test_the_iris_gives_the_same_millimetres_in_a_picture_of_any_size(
    still_face_px: Floats, scale: float
) -> None:
    face = np.repeat(still_face_px[None], len(TIMES_S), axis=0)
    face[:, LIPS, 0] += sine(5, 1.5)[:, None]
    moved = moved_head(face)
    one, other = head_frame(moved), head_frame(moved * scale)
    np.testing.assert_allclose(other.points_mm, one.points_mm, atol=1e-3)
    np.testing.assert_allclose(np.ptp(other.bridge_mm, axis=0), np.ptp(one.bridge_mm, axis=0), rtol=1e-5)
    assert other.interocular_mm == pytest.approx(one.interocular_mm, rel=1e-5)
    assert other.mm_per_px == pytest.approx(one.mm_per_px / scale, rel=1e-5)
    assert other.iris_px == pytest.approx(one.iris_px * scale, rel=1e-5)


def test_the_ruler_of_the_picture_is_that_of_the_iris(still_face_px: Floats) -> None:
    # Large turns, so that the median of the raw shapes is smaller than the face itself.
    frame = head_frame(moved_head(still_face_px, turn=40, nod=30, tilt=60))
    assert frame.mm_per_px * frame.iris_px == pytest.approx(GEOMETRY.iris_mm)
    assert frame.iris_px == pytest.approx(float(iris_diameter_px(still_face_px[None])[0]), rel=0.03)
    assert frame.scale_uncertainty == GEOMETRY.iris_uncertainty


def test_lids_that_close_over_the_irises_now_and_then_leave_the_ruler_alone(still_face_px: Floats) -> None:
    face = np.repeat(still_face_px[None], len(TIMES_S), axis=0)
    closed = np.arange(len(TIMES_S)) % 10 < 3
    for left, right in ((469, 471), (474, 476)):
        face[np.ix_(closed, [left, right])] = face[0, [left, right]].mean(axis=0)
    assert head_frame(face).mm_per_px == pytest.approx(head_frame(still_face_px[None]).mm_per_px, rel=1e-9)


@pytest.mark.parametrize(
    ("angles", "expected"),
    [
        ((20, 0, 0), (20, 0, 0)),
        ((-20, 0, 0), (-20, 0, 0)),
        ((0, 15, 0), (0, 15, 0)),
        ((0, -15, 0), (0, -15, 0)),
        ((0, 0, 10), (0, 0, 10)),
        ((30, 0, 25), (30, 0, 25)),
    ],
)
def test_turn_nod_and_tilt_have_the_size_and_sign_that_the_page_of_the_frame_says(
    still_face_px: Floats, angles: tuple[float, float, float], expected: tuple[float, float, float]
) -> None:
    turn, nod, tilt = (np.array([angle], dtype=np.float64) for angle in angles)
    at_rest = np.repeat(still_face_px[None], 2, axis=0)
    face = np.concatenate([at_rest, turned(still_face_px, turn_deg=turn, nod_deg=nod, tilt_deg=tilt)])
    found = head_frame(face).angles_deg
    np.testing.assert_allclose(found[0], 0, atol=0.01)
    if angles[0] and angles[2]:
        # Tilt is of the line of the eyes in the picture, which a turn moves as well.
        assert np.sign(found[2, 0]) == np.sign(expected[0])
        assert np.sign(found[2, 2]) == np.sign(expected[2])
        return
    np.testing.assert_allclose(found[2], expected, atol=0.01)


def test_signs_mean_what_a_person_sees(still_face_px: Floats) -> None:
    nose, bridge, chin = 1, BRIDGE, 152
    zero = np.zeros(1)
    face = turned(still_face_px, turn_deg=zero + 20, nod_deg=zero, tilt_deg=zero)[0]
    assert (face[nose] - still_face_px[nose])[0] > 5, "the nose goes to the picture's right"
    face = turned(still_face_px, turn_deg=zero, nod_deg=zero + 20, tilt_deg=zero)[0]
    assert (face[nose] - still_face_px[nose])[1] < -5, "the nose goes up"
    face = turned(still_face_px, turn_deg=zero, nod_deg=zero, tilt_deg=zero + 20)[0]
    assert (face[bridge] - face[chin])[0] > (still_face_px[bridge] - still_face_px[chin])[0] + 5


def test_a_head_that_moves_sideways_by_10_mm_moves_by_10_mm(still_face_px: Floats) -> None:
    mm_per_px = head_frame(still_face_px[None]).mm_per_px
    path = np.stack([sine(10, 1.0), sine(4, 2.0), np.zeros_like(TIMES_S)], axis=1) / mm_per_px
    found = head_frame(still_face_px + path[:, None]).bridge_mm
    np.testing.assert_allclose(np.ptp(found, axis=0), (20, 8), rtol=0.01)


def test_frames_without_a_face_are_unseen_and_change_nothing_else(still_face_px: Floats) -> None:
    whole = moved_head(still_face_px)
    gaps = whole.copy()
    gaps[50:80] = np.nan
    frame = head_frame(gaps)
    for values in (frame.points_mm[:, 0, 0], frame.angles_deg[:, 0], frame.bridge_mm[:, 0]):
        assert np.flatnonzero(np.isnan(values)).tolist() == list(range(50, 80))
    assert np.nanmax(np.ptp(frame.points_mm[~np.isnan(frame.bridge_mm[:, 0])], axis=0)) < 0.01


def test_only_the_points_asked_for_are_kept_and_they_are_the_same_to_the_last_digit(
    still_face_px: Floats,
) -> None:
    face = moved_head(still_face_px)
    whole, part = head_frame(face), head_frame(face, keep=MEASURED_POINTS)
    assert part.points_mm.shape[1] < 120
    np.testing.assert_array_equal(part.at(MEASURED_POINTS), whole.at(MEASURED_POINTS))
    np.testing.assert_array_equal(whole.at(MEASURED_POINTS), whole.points_mm[:, list(MEASURED_POINTS)])
    np.testing.assert_array_equal(part.angles_deg, whole.angles_deg)
    assert (part.mm_per_px, part.interocular_mm, part.iris_px) == (
        whole.mm_per_px,
        whole.interocular_mm,
        whole.iris_px,
    )
    with pytest.raises(ValueError, match="not in tuple"):
        part.at((200, 211))
