"""Poses open in the tools of others as what they are."""

from __future__ import annotations

import dataclasses
import importlib.util
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from tdscreen import api
from tdscreen.errors import InputError
from tdscreen.geometry.patches import PATCH_NAMES
from tdscreen.research.poses import keypoint_names
from tdscreen.tracking.tracks import LEFT, RIGHT, Tracks

AS_MOVEMENT_READS_IT = """
import sys
import xarray as xr
from movement.filtering import rolling_filter
from movement.kinematics import compute_velocity
from movement.validators.datasets import ValidPosesInputs

poses = xr.load_dataset(sys.argv[1])
ValidPosesInputs.validate(poses)
made = ValidPosesInputs(
    position_array=poses.position.values,
    confidence_array=poses.confidence.values,
    individual_names=list(poses.individuals.values),
    keypoint_names=list(poses.keypoints.values),
    fps=poses.fps,
    source_software=poses.source_software,
).to_dataset()
assert {name: made[name].dims for name in made} == {name: poses[name].dims for name in made}
assert made.attrs.items() <= poses.attrs.items(), (made.attrs, poses.attrs)
smooth = rolling_filter(poses.position, window=3, print_report=False)
speed = compute_velocity(smooth).sel(keypoints="left_hand_index_tip", individuals="person")
print(float(abs(speed.sel(space="y")).median()))
"""


@pytest.fixture(scope="module")
def hand(sample_tracks: Callable[[str], Tracks]) -> Tracks:
    """Give the sample of a left hand whose fingers bend, with a right hand made up in its first picture."""
    tracks = sample_tracks("fingers_2hz.mp4")
    hands = tracks.hands_px.copy()
    hands[0, RIGHT] = hands[0, LEFT] + 1000
    return dataclasses.replace(tracks, hands_px=hands, file="höre & sieh.mp4")


@pytest.fixture(scope="module")
def poses(hand: Tracks, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("poses") / "hand.nc"
    api.save_poses(hand, path)
    return path


def test_xarray_reads_the_layout_of_movements_poses(poses: Path, hand: Tracks) -> None:
    dataset = xr.load_dataset(poses)
    assert dataset.position.dims == ("time", "space", "keypoints", "individuals")
    assert dataset.confidence.dims == ("time", "keypoints", "individuals")
    assert list(dataset.space.values) == ["x", "y"]
    assert tuple(dataset.keypoints.values) == keypoint_names(mirrored=False)
    np.testing.assert_array_equal(dataset.time.values, hand.times_s)
    assert {name: dataset.attrs[name] for name in ("ds_type", "time_unit", "source_software", "fps")} == {
        "ds_type": "poses",
        "time_unit": "seconds",
        "source_software": "tdscreen",
        "fps": hand.timing.effective_fps,
    }
    assert dataset.attrs["source_file"] == "höre & sieh.mp4"
    assert dataset.attrs["input_sha256"] == hand.input_sha256


def test_every_point_stands_under_its_own_name_to_the_last_bit(poses: Path, hand: Tracks) -> None:
    position = xr.load_dataset(poses).position.sel(individuals="person")
    for name, points in (
        ("left_hand_wrist", hand.hands_px[:, LEFT, 0]),
        ("left_hand_index_tip", hand.hands_px[:, LEFT, 8]),
        ("right_hand_thumb_cmc", hand.hands_px[:, RIGHT, 1]),
        ("face_152", hand.face_px[:, 152]),
        ("skin_chin_199", hand.patches_px[:, PATCH_NAMES.index("chin_199")]),
    ):
        np.testing.assert_array_equal(position.sel(keypoints=name).values, points[:, :2], err_msg=name)


def test_what_was_not_seen_is_nan_and_no_confidence_is_made_up(poses: Path) -> None:
    dataset = xr.load_dataset(poses)
    faces = [name for name in dataset.keypoints.values if name.startswith("face_")]
    assert len(faces) == 478
    assert bool(dataset.position.sel(keypoints=faces).isnull().all()), "there is no face in this clip"
    assert bool(dataset.position.sel(keypoints="right_hand_wrist").isel(time=slice(1, None)).isnull().all())
    assert bool(dataset.confidence.isnull().all())


def test_skin_is_named_by_the_persons_own_side() -> None:
    # A person who looks at us has their left brow at the picture's right.
    facing, mirrored = keypoint_names(mirrored=False), keypoint_names(mirrored=True)
    place = mirrored.index("skin_brow_left_66")
    assert facing[place] == "skin_brow_right_66"
    assert len(set(facing)) == len(facing) == len(mirrored)
    assert [name for name in facing if "hand" in name] == [name for name in mirrored if "hand" in name]


def test_a_file_in_the_way_stays_and_another_ending_is_refused(hand: Tracks, tmp_path: Path) -> None:
    there = tmp_path / "there.nc"
    there.write_text("mine")
    with pytest.raises(InputError, match="already there"):
        api.save_poses(hand, there)
    with pytest.raises(InputError, match=r"ends in \.nc, not hand\.h5"):
        api.save_poses(hand, tmp_path / "hand.h5")
    assert there.read_text() == "mine"
    assert list(tmp_path.iterdir()) == [there]


def test_movement_takes_the_file_for_its_own(poses: Path) -> None:
    """Movement needs another NumPy than MediaPipe, so it lives in an environment of its own, if anywhere."""
    python = os.environ.get("TDSCREEN_MOVEMENT_PYTHON", sys.executable)
    if "TDSCREEN_MOVEMENT_PYTHON" not in os.environ and importlib.util.find_spec("movement") is None:
        pytest.skip("movement is not installed: TDSCREEN_MOVEMENT_PYTHON may name a Python that has it")
    run = subprocess.run(
        [python, "-c", AS_MOVEMENT_READS_IT, str(poses)],
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
        env={name: value for name, value in os.environ.items() if name != "PYTHONPATH"},
    )
    assert run.returncode == 0, run.stderr
    assert float(run.stdout) > 10, "the finger moves"
