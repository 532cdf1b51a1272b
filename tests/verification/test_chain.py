"""The chain over clips: what is kept and used again, what stands beside what, and what happens when a clip fails."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from clips import scene, write_clip

pytest.importorskip("pyvista")

from tdscreen import api
from tdscreen.keeping import cache
from tdscreen.tracking.tracks import LEFT, RIGHT, Tracks
from tdscreen.verification import chain
from tdscreen.verification.chain import age_band, follow
from tdscreen.verification.contrast import skin_contrast
from tdscreen.verification.grid import grid
from tdscreen.verification.landmarks import landmark_amplitudes
from tdscreen.verification.run import NOT_RENDERED, measure


def test_tracks_are_used_again_until_tracking_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clip = write_clip(tmp_path / "room.mp4", scene(12))
    tracked = []

    def count(target: str, *arguments: object, **options: object) -> object:
        tracked.extend(["again"] if target.endswith("track_to_file") else [])
        return real(target, *arguments, **options)

    real = api.run_isolated
    monkeypatch.setattr(api, "run_isolated", count)
    first = follow(clip, tmp_path / "kept", mirrored=False)
    again = follow(clip, tmp_path / "kept", mirrored=False)
    assert len(tracked) == 1
    assert np.array_equal(first.tracks.face_px, again.tracks.face_px, equal_nan=True)
    assert first.skin_contrast == again.skin_contrast
    monkeypatch.setattr(cache, "tracking_key", lambda: "f" * 64)
    follow(clip, tmp_path / "kept", mirrored=False)
    assert len(tracked) == 2


def test_clips_that_were_not_rendered_are_named(tmp_path: Path) -> None:
    results, failed = measure(grid("small"), tmp_path)
    assert results == []
    assert {one.reason for one in failed} == {NOT_RENDERED}
    assert len(failed) == len(grid("small"))


def test_landmarks_alone_see_a_part_of_a_known_movement(sample_tracks: Callable[[str], Tracks]) -> None:
    tracks = sample_tracks("jaw_1hz.mp4")
    end_s = float(tracks.times_s[-1])
    found = landmark_amplitudes(tracks, {"jaw": ((0.0, end_s),)})
    # 4 mm are true.
    assert 1.5 < found["jaw.opening"] < 4.0
    assert "upper_face.brow_left_height" not in found


def test_a_mottled_skin_has_more_contrast_than_a_painted_one() -> None:
    random = np.random.default_rng(2)
    face = np.full((478, 3), np.nan, np.float32)
    for point, place in ((33, (60, 80)), (263, (140, 80)), (50, (70, 110)), (280, (130, 110)), (205, (80, 130)),
                         (425, (120, 130))):  # fmt: skip
        face[point] = (*place, 0)
    plain = np.full((200, 200, 3), 128, np.uint8)
    mottled = np.clip(plain + random.normal(0, 12, (200, 200, 1)), 0, 255).astype(np.uint8)
    bare, rough = skin_contrast(plain, face), skin_contrast(mottled, face)
    assert bare == pytest.approx(0.0, abs=1e-6)
    assert rough is not None
    assert 0.01 < rough < 0.1
    assert skin_contrast(plain, np.full((478, 3), np.nan, np.float32)) is None


def test_hands_taken_for_each_other_are_counted(sample_tracks: Callable[[str], Tracks]) -> None:
    import dataclasses

    from test_truth import told  # the file of one clip's truth

    from tdscreen.verification.truth import ClipTruth
    from tdscreen.vocabulary import Side

    tracks = sample_tracks("fingers_2hz.mp4")
    n = len(tracks.times_s)
    here = tracks.hands_px[:, LEFT, 0].astype(float)
    away = here + np.array([400.0, 0.0, 0.0])
    columns = {
        "px.left_wrist.x": here[:, 0], "px.left_wrist.y": here[:, 1],
        "px.right_wrist.x": away[:, 0], "px.right_wrist.y": away[:, 1],
    }  # fmt: skip
    plain = told()
    truth = ClipTruth("a.mp4", None, "rest", plain["person"], plain["camera"], 8.0, None, (), {}, (), False, (), {}, {},
                      tracks.times_s, columns)  # fmt: skip
    seen = int(tracks.hands_valid[:, LEFT].sum())
    assert seen > 0.9 * n
    assert chain._exchanged(Side.LEFT, truth, tracks) == (seen, 0)
    swapped = dataclasses.replace(
        tracks, hands_px=tracks.hands_px[:, ::-1], hands_valid=tracks.hands_valid[:, ::-1]
    )
    assert chain._exchanged(Side.RIGHT, truth, swapped) == (seen, seen)
    assert (LEFT, RIGHT) == (0, 1)


def test_bands_of_age() -> None:
    assert [age_band(years) for years in (20, 39.9, 40, 59.9, 60, 80)] == [
        "20 to 39", "20 to 39", "40 to 59", "40 to 59", "60 and more", "60 and more",
    ]  # fmt: skip
