"""What moves a part of the face is measured by the picture, and the head's own movement is not taken for it."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from moving import TIMES_S, sine
from tdscreen.geometry.patches import N_PATCHES, PATCHES, Part, patches_of
from tdscreen.motion.fusion import PartMotion, fuse, patch_parts, picture_signals
from tdscreen.motion.signals import Signal
from tdscreen.vocabulary import Region

Floats = NDArray[np.float64]

CUT_PX = (700.0, 700.0)
"""Of a picture that was cut to a square: nobody knows where its camera's axis was."""
SCALE = 1.6
NOISE_PX = 0.05
MIDDLES = {
    Part.RIGID: (0.0, 10.0), Part.STILL: (0.0, 10.0), Part.BROW_LEFT: (-30.0, -25.0), Part.BROW_RIGHT: (30.0, -25.0),
    Part.BROW_INNER_LEFT: (-10.0, -22.0), Part.BROW_INNER_RIGHT: (10.0, -22.0), Part.UPPER_LIP: (0.0, 50.0),
    Part.LOWER_LIP: (0.0, 65.0), Part.CORNER_LEFT: (-25.0, 57.0), Part.CORNER_RIGHT: (25.0, 57.0),
    Part.CHIN: (0.0, 85.0),
}  # fmt: skip


def face_mm(seed: int = 1) -> Floats:
    """Lay the patches out as on a face: the rigid ones all over it, the others about the middle of their part."""
    rng = np.random.default_rng(seed)
    wide = {Part.RIGID: (35.0, 20.0), Part.STILL: (30.0, 15.0)}
    places = [
        (*np.add(MIDDLES[p.part], rng.normal(0, 1, 2) * wide.get(p.part, (3.0, 3.0))), rng.normal(0, 10))
        for p in PATCHES
    ]
    return np.array(places)


@pytest.fixture
def parts_of() -> Callable[..., PartMotion]:
    """Measure a face whose parts move by paths in mm, (n, 2), while its head turns by degrees."""

    def run(
        moves: dict[Part, Floats],
        *,
        head_deg: float = 0.0,
        depth_error: float = 0.0,
        lost: slice | None = None,
        lost_beyond_mm: float | None = None,
        slips_mm: float = 0.0,
    ) -> PartMotion:
        shape = face_mm()
        nil = np.zeros(len(TIMES_S))
        own = np.repeat(shape[None], len(TIMES_S), axis=0)
        for part, path in moves.items():
            own[:, list(patches_of(part)), :2] += path[:, None]
        # One still patch by itself.
        own[:, patches_of(Part.STILL)[0], 1] += sine(slips_mm, 0.9)
        turn = sine(head_deg, 0.7)
        seen = SCALE * turned_each(own, turn) + np.random.default_rng(2).normal(
            0, NOISE_PX, (len(nil), N_PATCHES, 2)
        )
        if lost is not None:
            seen[lost, patches_of(Part.CHIN)[0]] = np.nan
        if lost_beyond_mm is not None:
            chin = list(patches_of(Part.CHIN))
            far = np.abs(moves[Part.CHIN][:, 1]) > lost_beyond_mm
            seen[np.ix_(far, chin[:3])] = np.nan
            # Those that are kept in sight slide about a little.
            seen[:, chin[3:]] += SCALE * np.random.default_rng(3).normal(0, 0.15, (len(nil), 3, 2))
        wrong = shape * [1, 1, 1 + depth_error]
        return patch_parts(
            seen + 350.0,
            np.full_like(seen, NOISE_PX),
            wrong,
            np.ones(len(nil), dtype=np.bool_),
            angles_deg=np.stack([turn, nil, nil], axis=1),
            picture_px=CUT_PX,
        )

    return run


def turned_each(own: Floats, turn_deg: Floats) -> Floats:
    """Turn a shape that changes about the head's own middle, towards the picture's right; x and y of it."""
    angle = np.radians(turn_deg)[:, None]
    return np.stack([np.cos(angle) * own[..., 0] - np.sin(angle) * own[..., 2], own[..., 1]], axis=-1)


def amplitude(values: Floats) -> float:
    return float(np.ptp(values)) / 2


def test_a_chin_that_moves_by_3_mm_is_3_mm_and_nothing_else_moves(
    parts_of: Callable[..., PartMotion],
) -> None:
    parts = parts_of({Part.CHIN: np.stack([0 * TIMES_S, sine(3.0, 1.5)], axis=1)})

    assert amplitude(parts.moved_mm[Part.CHIN][:, 1]) == pytest.approx(3.0, rel=0.03)
    for part in set(Part) - {Part.CHIN, Part.RIGID, Part.STILL}:
        assert amplitude(parts.moved_mm[part]) < 0.15, part


def test_a_head_that_turns_by_8_degrees_moves_nothing(parts_of: Callable[..., PartMotion]) -> None:
    parts = parts_of({}, head_deg=8.0)

    for part in Part:
        assert amplitude(parts.moved_mm[part]) < 0.2, part


def test_a_mesh_that_is_wrong_by_a_third_in_depth_is_mended_from_the_clip(
    parts_of: Callable[..., PartMotion],
) -> None:
    parts = parts_of(
        {Part.CHIN: np.stack([sine(2.0, 1.5), 0 * TIMES_S], axis=1)}, head_deg=8.0, depth_error=0.3
    )

    assert amplitude(parts.moved_mm[Part.CHIN][:, 0]) == pytest.approx(2.0, rel=0.15)
    assert amplitude(parts.moved_mm[Part.UPPER_LIP]) < 0.3


def test_a_patch_that_is_lost_for_a_second_leaves_no_step(parts_of: Callable[..., PartMotion]) -> None:
    parts = parts_of({Part.CHIN: np.stack([0 * TIMES_S, sine(3.0, 1.5)], axis=1)}, lost=slice(90, 120))
    down = parts.moved_mm[Part.CHIN][:, 1]

    assert np.isfinite(down).all()
    assert np.abs(down - sine(3.0, 1.5) - np.median(down - sine(3.0, 1.5))).max() < 0.2


def test_patches_that_are_lost_as_a_chin_goes_far_do_not_take_the_whole_chin_away(
    parts_of: Callable[..., PartMotion],
) -> None:
    path = np.stack([np.zeros(len(TIMES_S)), sine(6.0, 1.1)], axis=1)
    chin = parts_of({Part.CHIN: path}, lost_beyond_mm=3.0).moved_mm[Part.CHIN][:, 1]
    assert np.isfinite(chin).all()
    assert amplitude(chin) == pytest.approx(amplitude(path[:, 1]), rel=0.05)


def test_the_error_told_is_the_error_made(parts_of: Callable[..., PartMotion]) -> None:
    parts = parts_of({})
    told = float(np.median(parts.error_mm[Part.UPPER_LIP]))

    assert told == pytest.approx(float(np.std(parts.moved_mm[Part.UPPER_LIP])), rel=0.6)


@pytest.mark.parametrize("picture_px", [(416.0, 720.0), (720.0, 1280.0), (1280.0, 720.0), (640.0, 480.0)])
def test_a_chin_that_goes_back_as_it_opens_is_not_taken_for_one_that_opens_less(
    picture_px: tuple[float, float],
) -> None:
    down = sine(3.0, 1.5)
    own = np.repeat(face_mm()[None], len(TIMES_S), axis=0)
    own[:, list(patches_of(Part.CHIN)), 1] += down[:, None]
    own[:, list(patches_of(Part.CHIN)), 2] += 0.95 * down[:, None]
    focal_px, away_mm, chin_below_axis_mm = 0.74 * max(picture_px), 400.0, 55.0
    placed = own + np.array([0.0, chin_below_axis_mm - MIDDLES[Part.CHIN][1], away_mm])
    seen = np.array(picture_px) / 2 + focal_px * placed[..., :2] / placed[..., 2:]
    seen += np.random.default_rng(2).normal(0, NOISE_PX, seen.shape)

    parts = patch_parts(
        seen,
        np.full_like(seen, NOISE_PX),
        face_mm(),
        np.ones(len(TIMES_S), dtype=np.bool_),
        angles_deg=np.zeros((len(TIMES_S), 3)),
        picture_px=picture_px,
    )

    assert amplitude(parts.moved_mm[Part.CHIN][:, 1]) == pytest.approx(3.0, rel=0.06)


def test_a_patch_that_slips_by_itself_is_not_what_stillness_shows(
    parts_of: Callable[..., PartMotion],
) -> None:
    quiet, slipping = parts_of({}), parts_of({}, slips_mm=1.0)

    assert quiet.still_mm.shape == (len(TIMES_S), 4)
    assert np.nanstd(slipping.still_mm, axis=0).max() < 0.4 * np.std(sine(1.0, 0.9))
    assert np.nanstd(quiet.still_mm, axis=0).max() < 0.1


def test_names_and_signs_are_those_of_the_landmarks(parts_of: Callable[..., PartMotion]) -> None:
    up = np.stack([0 * TIMES_S, -sine(2.0, 1.0)], axis=1)
    apart = np.stack([sine(1.0, 1.0), 0 * TIMES_S], axis=1)
    moves = {Part.BROW_LEFT: up, Part.CORNER_RIGHT: apart, Part.CORNER_LEFT: -apart, Part.LOWER_LIP: -up}
    plain, mirrored = (picture_signals(parts_of(moves), mirrored=m) for m in (False, True))

    def goes_with_sine(name: str, signals: dict[str, tuple[Floats, Floats]]) -> float:
        return float(np.corrcoef(signals[name][0], sine(1.0, 1.0))[0, 1])

    assert goes_with_sine("upper_face.brow_right_height", plain) > 0.99
    assert goes_with_sine("upper_face.brow_left_height", mirrored) > 0.99
    assert goes_with_sine("lips.width", plain) > 0.99
    assert goes_with_sine("lips.opening", plain) > 0.99
    assert amplitude(plain["lips.width"][0]) == pytest.approx(2.0, rel=0.1)


def told(values: Floats) -> Signal:
    return Signal("jaw.opening", Region.JAW, "mm", TIMES_S, values)


def jitter(sd: float, seed: int = 7) -> Floats:
    return np.asarray(np.random.default_rng(seed).normal(0, sd, len(TIMES_S)))


def test_a_mesh_that_loses_most_of_a_movement_is_not_believed() -> None:
    (joined,) = fuse(
        [told(90.0 + 0.4 * sine(3.0, 1.5) + jitter(0.15))],
        {"jaw.opening": (sine(3.0, 1.5) + jitter(0.02, 8), np.full(len(TIMES_S), 0.02))},
    ).signals

    assert amplitude(joined.values) == pytest.approx(3.0, rel=0.05)
    assert np.median(joined.values) == pytest.approx(90.0, abs=0.3)
    assert joined.error is not None
    assert np.median(joined.error) < 0.03


def test_where_the_picture_lost_sight_the_landmarks_tell_the_course_in_the_picture_s_size() -> None:
    shown = sine(3.0, 1.5)
    shown[100:130] = np.nan
    (joined,) = fuse(
        [told(0.4 * sine(3.0, 1.5) + jitter(0.05))], {"jaw.opening": (shown, np.full(len(TIMES_S), 0.02))}
    ).signals

    assert amplitude(joined.values[100:130]) == pytest.approx(3.0, rel=0.2)
    assert joined.error is not None
    assert np.median(joined.error[100:130]) > 5 * np.median(joined.error[:100])


def test_a_picture_that_shows_a_wide_opening_only_while_it_is_far_still_tells_its_size() -> None:
    path = sine(8.0, 1.1)
    shown = np.where(path > 2.5, path, np.nan)
    assert 0.35 < np.isfinite(shown).mean() < 0.45
    fused = fuse([told(0.45 * path + jitter(0.05))], {"jaw.opening": (shown, np.full(len(TIMES_S), 0.05))})

    assert fused.from_picture == {"jaw.opening"}
    assert amplitude(fused.signals[0].values) == pytest.approx(8.0, rel=0.05)


def test_a_picture_that_shows_only_noise_is_not_heard() -> None:
    landmarks = told(sine(3.0, 1.5) + jitter(0.1))
    fused = fuse([landmarks], {"jaw.opening": (jitter(4.0), np.full(len(TIMES_S), 4.0))})

    assert fused.signals == (landmarks,)
    assert not fused.from_picture


def test_a_part_that_was_not_seen_is_not_filled_in() -> None:
    values = 0.5 * sine(3.0, 1.5)
    values[40:60] = np.nan
    (joined,) = fuse([told(values)], {"jaw.opening": (sine(3.0, 1.5), np.full(len(TIMES_S), 0.02))}).signals

    assert np.flatnonzero(np.isnan(joined.values)).tolist() == list(range(40, 60))
