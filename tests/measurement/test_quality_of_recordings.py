"""The same checks on recordings, from the file on: the sample clips with their pictures changed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from clips import write_clip
from recordings import SAMPLES, pictures_of
from tdscreen import api
from tdscreen.measurement.clip import ClipMeasurement, QualityCheck
from tdscreen.tracking.tracks import Tracks
from tdscreen.vocabulary import Region, Task, TriageLevel, Verdict

pytestmark = pytest.mark.slow

Picture = NDArray[np.uint8]
SECONDS = 2.5


@pytest.fixture(scope="module")
def face() -> list[Picture]:
    return pictures_of(SAMPLES / "rest.mp4", seconds=SECONDS, side=480)[0]


def measured(
    path: Path, pictures: list[Picture], *, fps: float = 30.0, options: dict[str, str] | None = None
) -> ClipMeasurement:
    return api.measure(api.track(write_clip(path, pictures, fps=fps, options=options)), task=Task.REST)


def check_of(clip: ClipMeasurement, name: str) -> QualityCheck:
    return next(check for check in clip.quality.checks if check.name == name)


def assert_unusable(clip: ClipMeasurement) -> None:
    assert clip.quality.verdict is Verdict.UNUSABLE
    assert not any(region.assessed for region in clip.regions.values())
    assert api.assess([clip]).triage.level is TriageLevel.UNUSABLE


def test_the_dark_sample_is_unusable_because_it_is_dark(sample_tracks: Callable[[str], Tracks]) -> None:
    clip = api.measure(sample_tracks("dark.mp4"), task=Task.REST)
    assert not check_of(clip, "light").passed
    assert "lamp" in check_of(clip, "light").advice
    assert_unusable(clip)


def test_a_picture_blown_out_by_light_is_unusable(face: list[Picture], tmp_path: Path) -> None:
    blown = [np.clip(p.astype(float) * 0.1 + 240, 0, 255).astype(np.uint8) for p in face[:45]]
    clip = measured(tmp_path / "bright.mp4", blown)
    assert not check_of(clip, "overexposure").passed
    assert check_of(clip, "light").passed
    assert_unusable(clip)


def test_a_face_far_away_is_unusable_and_is_asked_nearer(tmp_path: Path) -> None:
    small = pictures_of(SAMPLES / "rest.mp4", seconds=1.5, side=130)[0]
    far = []
    for picture in small:
        canvas = np.full((480, 480, 3), 90, np.uint8)
        canvas[100:230, 170:300] = picture
        far.append(canvas)
    clip = measured(tmp_path / "far.mp4", far)
    failed = {check.name: check for check in clip.quality.checks if not check.passed}
    assert failed.keys() & {"face_size", "face_visible"}
    if "face_size" in failed:
        assert failed["face_size"].value is not None
        assert failed["face_size"].value < failed["face_size"].limit
        assert "nearer" in failed["face_size"].advice
    assert_unusable(clip)


def test_a_hand_before_the_mouth_hides_lips_and_jaw_and_no_movement_of_theirs_is_called_absent(
    face: list[Picture], tmp_path: Path
) -> None:
    hands = pictures_of(SAMPLES / "fingers_2hz.mp4", seconds=SECONDS)[0]
    covered = []
    for picture, hand in zip(face, hands, strict=False):
        # The rendered hand on its plain ground, scaled to the face, its fingers over the mouth.
        small = hand[::2, ::2]
        ground = small[:4, :4].reshape(-1, 3).mean(axis=0)
        mask = np.abs(small.astype(float) - ground).max(axis=2) > 40
        drawn = picture.copy()
        height, width = mask.shape
        part = drawn[480 - height :, 100 : 100 + width]
        part[mask] = small[mask]
        covered.append(drawn)
    clip = measured(tmp_path / "covered.mp4", covered)
    for region in (Region.LIPS, Region.JAW):
        assert not clip.regions[region].assessed
        assert clip.regions[region].amplitude_mm is None
        assert clip.regions[region].reason
    assert clip.quality.verdict is not Verdict.GOOD


def test_a_hand_held_camera_that_shakes_is_limited(face: list[Picture], tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    shaken = [np.roll(p, tuple(rng.integers(-6, 7, 2)), axis=(0, 1)) for p in face]
    blurred = [
        np.clip(p + rng.normal(0, 25, p.shape), 0, 255).astype(np.uint8) if i % 2 else p
        for i, p in enumerate(shaken)
    ]
    clip = measured(tmp_path / "shaky.mp4", blurred)
    steady = check_of(clip, "steady")
    assert steady.value is not None
    calm = check_of(measured(tmp_path / "calm.mp4", face), "steady")
    assert calm.passed
    assert calm.value is not None
    assert steady.value > 2 * calm.value


def test_eight_pictures_a_second_are_too_few(face: list[Picture], tmp_path: Path) -> None:
    clip = measured(tmp_path / "slow.mp4", face[::2], fps=8.0)
    rate = check_of(clip, "frame_rate")
    assert rate.value == pytest.approx(8.0, abs=0.2)
    assert not rate.passed
    assert_unusable(clip)


def test_thirty_pictures_a_second_of_which_three_in_four_repeat_are_too_few(
    face: list[Picture], tmp_path: Path
) -> None:
    # With a camera's noise and without loss: where an encoder takes the noise out, nothing tells a repeat.
    rng = np.random.default_rng(0)
    noisy = [np.clip(p + rng.normal(0, 4, p.shape), 0, 255).astype(np.uint8) for p in face[::4]]
    clip = measured(tmp_path / "repeats.mp4", [p for p in noisy for _ in range(4)], options={"crf": "0"})
    rate = check_of(clip, "frame_rate")
    assert clip.frames >= 75
    assert rate.value is not None
    assert 7.0 < rate.value < 12.0
    assert not rate.passed


def test_a_second_person_is_counted_and_the_clip_is_limited(face: list[Picture], tmp_path: Path) -> None:
    two = [np.concatenate([p[:, 60:420], p[:, 60:420][:, ::-1]], axis=1) for p in face[:45]]
    clip = measured(tmp_path / "two.mp4", two)
    crowd = check_of(clip, "one_person")
    assert not crowd.passed
    assert crowd.value is not None
    assert crowd.value > 50
    assert crowd.severity is Verdict.LIMITED


def test_twenty_pictures_are_too_few(face: list[Picture], tmp_path: Path) -> None:
    clip = measured(tmp_path / "twenty.mp4", face[:20])
    assert check_of(clip, "frames").value == 20
    assert not check_of(clip, "frames").passed
    assert_unusable(clip)


def test_a_brief_good_clip_reports_its_regions_but_neither_items_nor_triage(
    face: list[Picture], tmp_path: Path
) -> None:
    clip = measured(tmp_path / "brief.mp4", face)
    assert clip.quality.verdict is Verdict.LIMITED
    assert [check.name for check in clip.quality.checks if not check.passed] == ["duration"]
    assert clip.regions[Region.LIPS].assessed
    assessment = api.assess([clip])
    assert assessment.triage.level is None
    assert not any(item.assessed for item in assessment.items.values())
    assert "10 s" in assessment.triage.reason


def test_a_clip_cut_in_half_is_limited_and_says_how_much_was_read(
    face: list[Picture], tmp_path: Path
) -> None:
    whole = write_clip(tmp_path / "whole.mp4", face, container_options={"movflags": "faststart"}).read_bytes()
    cut = tmp_path / "cut.mp4"
    cut.write_bytes(whole[: len(whole) * 6 // 10])
    complete = check_of(api.measure(api.track(cut)), "complete")
    assert not complete.passed
    assert complete.value is not None
    assert 30 < complete.value < 80
    assert complete.severity is Verdict.LIMITED
