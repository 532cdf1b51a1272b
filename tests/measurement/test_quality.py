"""Each check of a clip's quality, on the resting face with one thing made wrong."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from tdscreen import api
from tdscreen.measurement import quality
from tdscreen.measurement.clip import ClipMeasurement, QualityCheck
from tdscreen.settings import QUALITY
from tdscreen.tracking.tracks import RIGHT, Tracks
from tdscreen.vocabulary import Region, Task, TriageLevel, Verdict

FACE = (Region.UPPER_FACE, Region.LIPS, Region.JAW, Region.HEAD)


@pytest.fixture(scope="module")
def resting(sample_tracks: Callable[[str], Tracks]) -> Tracks:
    return sample_tracks("rest.mp4")


def changed(tracks: Tracks, *, timing: dict[str, Any] | None = None, **arrays: Any) -> Tracks:
    return dataclasses.replace(tracks, timing=dataclasses.replace(tracks.timing, **(timing or {})), **arrays)


def check_of(clip: ClipMeasurement, name: str) -> QualityCheck:
    return next(check for check in clip.quality.checks if check.name == name)


def failed(clip: ClipMeasurement) -> set[str]:
    return {check.name for check in clip.quality.checks if not check.passed}


def assert_is_advice(check: QualityCheck) -> None:
    """Hold what is said of a failed check to be sentences with something to do in them."""
    assert check.advice[0].isupper()
    assert check.advice.endswith(".")
    assert check.advice.count(".") >= 2, "what is so, and what to do about it"


def turned(tracks: Tracks, degrees: float, *, share: float = 1.0, upwards: bool = False) -> Tracks:
    """Turn the head to the side, or upwards, in the first share of the clip."""
    axis = 1 if upwards else 0
    angle = np.deg2rad(degrees)
    face = tracks.face_px.copy()
    n = round(share * len(face))
    centre = face[:n].mean(axis=1, keepdims=True)
    moved = face[:n] - centre
    x, z = moved[..., axis].copy(), moved[..., 2].copy()
    moved[..., axis], moved[..., 2] = (
        x * np.cos(angle) + z * np.sin(angle),
        z * np.cos(angle) - x * np.sin(angle),
    )
    face[:n] = moved + centre
    return changed(tracks, face_px=face)


def shrunk(tracks: Tracks, times: float) -> Tracks:
    """Show the face from so many times as far away."""
    return changed(
        tracks,
        face_px=tracks.face_px / times,
        iris_px=tracks.iris_px / times,
        patches_px=tracks.patches_px / times,
        patches_error_px=tracks.patches_error_px / times,
    )


def without_face(tracks: Tracks, lost: NDArray[np.bool_]) -> Tracks:
    """Take the face out of some pictures."""
    face = tracks.face_px.copy()
    face[lost] = np.nan
    return changed(tracks, face_px=face, face_valid=tracks.face_valid & ~lost)


def with_hand_over_mouth(tracks: Tracks, share: float) -> Tracks:
    """Hold a hand before the mouth in the first share of the clip."""
    mouth = tracks.face_px[:, [61, 291, 0, 17]].mean(axis=1)
    width = np.hypot(*(tracks.face_px[:, 291, :2] - tracks.face_px[:, 61, :2]).T)
    around = np.random.default_rng(0).uniform(-2, 2, (21, 3)).astype(np.float32)
    around[8] = 0
    n = round(share * len(mouth))
    hands, valid = tracks.hands_px.copy(), tracks.hands_valid.copy()
    hands[:n, RIGHT] = mouth[:n, None] + width[:n, None, None] * around
    valid[:n, RIGHT] = True
    world = tracks.hands_world_m.copy()
    world[:n, RIGHT] = 0.04 * around
    return changed(tracks, hands_px=hands, hands_valid=valid, hands_world_m=world)


def test_a_good_clip_passes_every_check_and_each_shows_its_value_beside_its_limit(resting: Tracks) -> None:
    clip = api.measure(resting, task=Task.REST)
    assert clip.quality.verdict is Verdict.GOOD
    assert failed(clip) == set()
    names = {check.name for check in clip.quality.checks}
    assert names == {
        "frames", "duration", "frame_rate", "complete", "light", "overexposure", "face_visible", "face_size",
        "face_near", "facing", "face_unbroken", "mouth_free", "steady", "one_person",
    }  # fmt: skip
    for check in clip.quality.checks:
        assert check.advice == ""
        assert check.value is not None
        assert np.isfinite(check.value)
        upper = check.name in ("overexposure", "steady", "one_person")
        assert check.value <= check.limit if upper else check.value >= check.limit
    assert all(clip.regions[region].assessed for region in FACE)


def dim(tracks: Tracks) -> Tracks:
    return changed(tracks, luminance=np.full_like(tracks.luminance, 0.12))


def test_a_face_in_dim_light_is_too_dark_if_it_trembles_and_else_is_not(resting: Tracks) -> None:
    assert check_of(api.measure(dim(resting), task=Task.REST), "light").passed
    face = resting.face_px + np.random.default_rng(0).normal(0, 6, resting.face_px.shape).astype(np.float32)
    trembling = api.measure(changed(dim(resting), face_px=face), task=Task.REST)
    assert not check_of(trembling, "light").passed
    assert trembling.quality.verdict is Verdict.UNUSABLE


def with_skin_lost(tracks: Tracks, share: float) -> Tracks:
    """Lose most patches of skin in the first share of the clip, as noise does."""
    patches = tracks.patches_px.copy()
    n = round(share * len(patches))
    patches[:n, np.arange(patches.shape[1]) % 5 != 0] = np.nan
    return changed(tracks, patches_px=patches)


def test_a_face_in_dim_light_is_too_dark_if_noise_hides_the_skin(resting: Tracks) -> None:
    noisy = api.measure(with_skin_lost(dim(resting), 0.8), task=Task.REST)
    assert failed(noisy) == {"light"}
    assert noisy.quality.verdict is Verdict.UNUSABLE
    assert check_of(api.measure(with_skin_lost(dim(resting), 0.3), task=Task.REST), "light").passed
    # Skin that is lost for another reason, such as a beard or few pixels, makes a bright clip no darker.
    assert check_of(api.measure(with_skin_lost(resting, 0.8), task=Task.REST), "light").passed


def test_a_dim_picture_of_nobody_is_too_dark_but_not_one_that_shows_hands(resting: Tracks) -> None:
    nobody = without_face(dim(resting), np.ones(len(resting.times_s), dtype=np.bool_))
    assert failed(api.measure(nobody)) == {"face_visible", "light"}
    hands = with_hand_over_mouth(resting, 1.0)
    hands = without_face(dim(hands), np.ones(len(hands.times_s), dtype=np.bool_))
    assert failed(api.measure(hands)) == {"face_visible"}


def test_a_face_that_glares_is_too_bright_long_before_all_of_it_is_white(resting: Tracks) -> None:
    glaring = changed(resting, luminance=np.full_like(resting.luminance, 0.89))
    assert failed(api.measure(glaring, task=Task.REST)) == {"overexposure"}
    fair = changed(resting, luminance=np.full_like(resting.luminance, 0.75))
    assert failed(api.measure(fair, task=Task.REST)) == set()


WRONG: dict[str, tuple[Callable[[Tracks], Tracks], str, Verdict, str]] = {
    "too dark": (
        lambda t: changed(t, luminance=np.full_like(t.luminance, 0.03)), "light", Verdict.UNUSABLE, "dark",
    ),
    "overexposed": (
        lambda t: changed(t, luminance=np.full_like(t.luminance, 0.99)), "overexposure", Verdict.UNUSABLE, "bright",
    ),
    "too short": (
        lambda t: changed(t, timing={"duration_s": 8.0}), "duration", Verdict.LIMITED, "short",
    ),
    "too few frames": (
        lambda t: changed(t, timing={"frames": 20}), "frames", Verdict.UNUSABLE, "too few pictures",
    ),
    "eight pictures a second": (
        lambda t: changed(t, timing={"effective_fps": 8.0}), "frame_rate", Verdict.UNUSABLE, "a second",
    ),
    "cut off": (
        lambda t: changed(t, timing={"decoded_share": 0.5, "truncated": True}), "complete", Verdict.LIMITED, "cut off",
    ),
    "a clock that jumps": (
        lambda t: changed(t, timing={"dropped_stamps": 200}), "complete", Verdict.LIMITED, "damaged",
    ),
    "a face that comes and goes": (
        lambda t: without_face(t, np.arange(len(t.times_s)) % 30 < 9),
        "face_unbroken", Verdict.LIMITED, "comes and goes",
    ),
    "too far": (
        lambda t: shrunk(t, 6.0), "face_size", Verdict.UNUSABLE, "Come nearer",
    ),
    "far": (
        lambda t: shrunk(t, 2.6), "face_near", Verdict.LIMITED, "goes unseen",
    ),
    "turned away": (
        lambda t: turned(t, 55.0), "facing", Verdict.UNUSABLE, "turned away",
    ),
    "turned up": (
        lambda t: turned(t, 55.0, upwards=True), "facing", Verdict.UNUSABLE, "turned away",
    ),
    "mouth covered": (
        lambda t: with_hand_over_mouth(t, 0.5), "mouth_free", Verdict.LIMITED, "before the mouth",
    ),
    "a mask": (
        lambda t: changed(t, pallor=np.full_like(t.pallor, 0.2)), "mouth_free", Verdict.LIMITED, "mask",
    ),
    "a crowd": (
        lambda t: changed(t, faces_seen=np.full_like(t.faces_seen, 2)), "one_person", Verdict.LIMITED, "More than one",
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", WRONG)
def test_what_is_wrong_fails_its_check_and_no_other(what: str, resting: Tracks) -> None:
    make, name, verdict, word = WRONG[what]
    clip = api.measure(make(resting), task=Task.REST)
    assert failed(clip) == {name}
    check = check_of(clip, name)
    assert check.severity is verdict
    assert clip.quality.verdict is verdict
    assert word in check.advice
    assert_is_advice(check)
    assert check.unit or name == "frames"


@pytest.mark.parametrize(
    "what", [what for what, (_, _, verdict, _) in WRONG.items() if verdict is Verdict.UNUSABLE]
)
def test_unusable_is_its_own_result_and_never_reads_as_low(what: str, resting: Tracks) -> None:
    make, name, _, word = WRONG[what]
    assessment = api.assess([api.measure(make(resting), task=Task.REST)])
    assert assessment.triage.level is TriageLevel.UNUSABLE
    assert word in assessment.triage.reason
    assert "low" not in assessment.triage.reason.lower().replace("following", "").split()
    assert assessment.triage.probability_schooler_kane is None
    assert assessment.total.expected is None
    assert not any(item.assessed for item in assessment.items.values())
    assert assessment.coverage.seen == ()
    assert name in {check.name for check in assessment.clips[0].quality.checks if not check.passed}


def test_in_an_unusable_clip_no_region_has_a_number_and_each_says_why(resting: Tracks) -> None:
    for make, _, verdict, word in WRONG.values():
        if verdict is not Verdict.UNUSABLE:
            continue
        for region in api.measure(make(resting)).regions.values():
            assert not region.assessed
            assert region.reason is not None
            assert region.amplitude_mm is region.peak_frequency_hz is region.percent_time_moving is None
            assert region.region is Region.TONGUE or word in region.reason or "hand" in region.reason


def test_a_covered_mouth_hides_lips_and_jaw_but_not_the_brows(resting: Tracks) -> None:
    clip = api.measure(with_hand_over_mouth(resting, 0.5), task=Task.REST)
    assert check_of(clip, "mouth_free").value == pytest.approx(50.0, abs=1.0)
    for region in (Region.LIPS, Region.JAW):
        assert not clip.regions[region].assessed
        assert "before the mouth" in (clip.regions[region].reason or "")
    assert clip.regions[Region.UPPER_FACE].assessed


def test_a_hand_that_lies_before_the_face_is_not_measured_and_one_beside_it_is(resting: Tracks) -> None:
    covered = with_hand_over_mouth(resting, 1.0)
    hand = api.measure(covered, task=Task.REST).regions[Region.RIGHT_HAND]
    assert not hand.assessed
    assert "before the face" in (hand.reason or "")
    away = covered.hands_px + np.array([0, 1.5 * np.ptp(resting.face_px[0, :, 1]), 0], np.float32)
    assert api.measure(changed(covered, hands_px=away), task=Task.REST).regions[Region.RIGHT_HAND].assessed


def test_asking_only_where_hand_and_face_meet_leaves_nothing_out(resting: Tracks) -> None:
    rng = np.random.default_rng(3)
    hand = with_hand_over_mouth(resting, 1.0).hands_px.copy()
    hand += rng.normal(0, 150, (len(hand), 1, 1, 3)).astype(np.float32)
    tracks = changed(resting, hands_px=hand, hands_valid=np.isfinite(hand[:, :, 0, 0]))
    outline = tracks.face_px[:, list(quality.FACE_OUTLINE), :2]
    asked_everywhere = np.stack(
        [
            np.mean([quality._is_among(hand[:, side, k, :2], outline) for k in range(21)], axis=0)
            >= QUALITY.min_hand_on_face
            for side in range(2)
        ],
        axis=1,
    )
    found = quality._hand_on_face(tracks)
    assert 0.1 < found[:, RIGHT].mean() < 0.9
    assert np.array_equal(found, asked_everywhere)


def test_a_hand_that_passes_the_mouth_takes_only_its_own_time(resting: Tracks) -> None:
    clip = api.measure(with_hand_over_mouth(resting, 0.15), task=Task.REST)
    assert check_of(clip, "mouth_free").passed
    lips, brows = clip.regions[Region.LIPS], clip.regions[Region.UPPER_FACE]
    assert lips.assessed
    assert lips.assessed_s == pytest.approx(0.85 * resting.timing.duration_s, abs=0.5)
    assert lips.assessed_s < brows.assessed_s - 1.0


def test_a_head_that_turns_away_for_a_while_is_not_measured_meanwhile(resting: Tracks) -> None:
    clip = api.measure(turned(resting, 55.0, share=0.3), task=Task.REST)
    facing = check_of(clip, "facing")
    assert facing.passed
    assert facing.value == pytest.approx(70.0, abs=1.0)
    assert clip.regions[Region.LIPS].assessed_s < 0.75 * resting.timing.duration_s


def test_a_head_turned_by_20_degrees_still_faces_the_camera(resting: Tracks) -> None:
    assert check_of(api.measure(turned(resting, 20.0)), "facing").value == 100.0


def test_a_shaking_picture_is_limited_and_is_advised_a_rest_for_the_phone(resting: Tracks) -> None:
    shake = np.random.default_rng(0).normal(0, 6, resting.face_px.shape).astype(np.float32)
    clip = api.measure(changed(resting, face_px=resting.face_px + shake), task=Task.REST)
    check = check_of(clip, "steady")
    assert not check.passed
    assert check.value is not None
    assert check.value > check.limit
    assert clip.quality.verdict is Verdict.LIMITED
    assert "Prop the phone" in check.advice
    assert_is_advice(check)


def test_a_shaking_picture_does_not_show_a_still_face_that_nobody_could_see(resting: Tracks) -> None:
    shake = np.random.default_rng(0).normal(0, 12, resting.face_px.shape).astype(np.float32)
    clip = api.measure(changed(resting, face_px=resting.face_px + shake), task=Task.REST)
    for region in (Region.LIPS, Region.JAW, Region.UPPER_FACE):
        measured = clip.regions[region]
        assert not measured.assessed or measured.amplitude_mm or measured.noise_floor_mm < 9.0  # type: ignore[operator]


def test_a_face_in_too_few_pictures_is_unusable(resting: Tracks) -> None:
    valid = resting.face_valid.copy()
    valid[: round(0.7 * len(valid))] = False
    face = np.where(valid[:, None, None], resting.face_px, np.nan).astype(np.float32)
    clip = api.measure(changed(resting, face_px=face, face_valid=valid))
    check = check_of(clip, "face_visible")
    assert not check.passed
    assert check.value == pytest.approx(30.0, abs=1.0)
    assert clip.quality.verdict is Verdict.UNUSABLE
    assert_is_advice(check)


def test_nobody_in_the_picture_is_unusable_and_every_check_has_a_value(resting: Tracks) -> None:
    nobody = changed(
        resting,
        face_px=np.full_like(resting.face_px, np.nan),
        face_valid=np.zeros_like(resting.face_valid),
        faces_seen=np.zeros_like(resting.faces_seen),
    )
    clip = api.measure(nobody)
    assert failed(clip) == {"face_visible"}
    assert check_of(clip, "face_visible").value == 0.0
    assert clip.quality.verdict is Verdict.UNUSABLE
    # What could not be looked at is no check that was passed.
    assert {"facing", "mouth_free", "face_size", "steady"}.isdisjoint(c.name for c in clip.quality.checks)


def test_hands_without_a_face_are_limited_and_not_unusable(resting: Tracks) -> None:
    hands = with_hand_over_mouth(resting, 1.0)
    clip = api.measure(
        changed(
            hands,
            face_px=np.full_like(resting.face_px, np.nan),
            face_valid=np.zeros_like(resting.face_valid),
            faces_seen=np.zeros_like(resting.faces_seen),
        ),
        task=Task.HANDS_HANGING,
    )
    assert clip.quality.verdict is Verdict.LIMITED
    assert failed(clip) == {"face_visible"}
    assert not clip.regions[Region.LIPS].assessed


@pytest.mark.parametrize(
    "task", [Task.ARMS_OUT, Task.HANDS_HANGING, Task.FINGER_TAPPING_LEFT, Task.FINGER_TAPPING_RIGHT]
)
def test_a_task_of_the_hands_wants_hands_and_a_task_of_the_face_does_not(task: Task, resting: Tracks) -> None:
    clip = api.measure(resting, task=task)
    check = check_of(clip, "hands_visible")
    assert not check.passed
    assert clip.quality.verdict is Verdict.LIMITED
    assert_is_advice(check)
    assert "hands_visible" not in {c.name for c in api.measure(resting, task=Task.MOUTH_OPEN).quality.checks}


def test_the_worst_of_two_failures_is_the_verdict(resting: Tracks) -> None:
    both = changed(
        resting,
        timing={"duration_s": 8.0},
        luminance=np.full_like(resting.luminance, 0.03),
    )
    clip = api.measure(both)
    assert failed(clip) == {"duration", "light"}
    assert clip.quality.verdict is Verdict.UNUSABLE
