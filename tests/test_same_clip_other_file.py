"""One scene in several files: another rate, another side up, another codec. The result is the scene's."""

from __future__ import annotations

import dataclasses
import importlib.util
import itertools
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from types import ModuleType

import av
import numpy as np
import pytest
from numpy.typing import NDArray

from clips import MATRIX, set_display_matrix, write_clip
from recordings import SAMPLES, frames_of, pictures_of
from tdscreen import api
from tdscreen.assessment.assessment import ItemAssessment
from tdscreen.tracking.tracks import Tracks
from tdscreen.vocabulary import Item, Region, Task

pytestmark = pytest.mark.slow

SCORED = (Item.FACIAL_EXPRESSION, Item.LIPS, Item.JAW)


@pytest.fixture(scope="module")
def script() -> Iterator[ModuleType]:
    spec = importlib.util.spec_from_file_location("make_samples", SAMPLES / "make_samples.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["make_samples"] = module
    spec.loader.exec_module(module)
    yield module
    del sys.modules["make_samples"]


@pytest.fixture(scope="module")
def lips_at_3_hz(script: ModuleType) -> Callable[[Path, Sequence[int]], Path]:
    """Return what writes a clip of lips that move at 3 Hz, of the pictures with these numbers at 30 a second."""
    from tdscreen.phantom.warp import Movement, sine_trajectory, warp_sequence

    path_px = sine_trajectory(
        np.arange(10) / 30,
        frequency_hz=3.0,
        amplitude_px=script.LIPS["amplitude_mm"] * script.PX_PER_MM,
        direction=(1.0, 0.0),
    )
    movements = [
        Movement(script.to_enlarged(script.LIPS["moved"]), 40.0, path_px),
        Movement(script.to_enlarged(script.LIPS["held"]), 40.0, np.zeros_like(path_px)),
    ]
    period = list(warp_sequence(itertools.repeat(script.portrait(), 10), movements))
    # As many as have no divisor in common with the period, so that no second looks like another.
    noise = np.random.default_rng(0).normal(0, 2, (7, *period[0].shape)).astype(np.float32)

    def picture(index: int) -> NDArray[np.uint8]:
        return np.clip(np.round(period[index % 10] + noise[index % 7]), 0, 255).astype(np.uint8)

    def write(path: Path, indices: Sequence[int]) -> Path:
        return write_clip(path, (picture(i) for i in indices), times_s=[i / 30 for i in indices])

    return write


def lips_of(tracks: Tracks) -> float | None:
    return api.measure(tracks, task=Task.REST).regions[Region.LIPS].peak_frequency_hz


def test_a_rate_that_falls_from_30_to_15_halfway_gives_the_3_hz_of_a_constant_rate(
    lips_at_3_hz: Callable[[Path, Sequence[int]], Path], tmp_path: Path
) -> None:
    constant = lips_of(api.track(lips_at_3_hz(tmp_path / "constant.mp4", range(300))))
    falling = lips_of(api.track(lips_at_3_hz(tmp_path / "falls.mp4", [*range(150), *range(150, 300, 2)])))
    assert constant == pytest.approx(3.0, abs=0.05)
    assert falling == pytest.approx(3.0, abs=0.05)
    assert falling == pytest.approx(constant, abs=0.05)


def test_the_sample_whose_rate_falls_shows_3_hz(sample_tracks: Callable[[str], Tracks]) -> None:
    assert lips_of(sample_tracks("lips_3hz_rate_falls.mp4")) == pytest.approx(3.0, abs=0.05)


def items_of(tracks: Tracks) -> dict[Item, ItemAssessment]:
    return api.assess([api.measure(tracks, task=Task.REST)]).items


@pytest.fixture(scope="module")
def upright(tmp_path_factory: pytest.TempPathFactory) -> tuple[list[NDArray[np.uint8]], Path]:
    """Give ten and a half seconds of moving lips, without loss, and the pictures in it as they are coded.

    With colour at every pixel: where a codec thins out colour it does so along rows, and turning the picture by a
    quarter would change the picture itself.
    """
    pictures, _ = pictures_of(SAMPLES / "lips_1.5hz.mp4", seconds=10.5, side=320)
    planes = [av.VideoFrame.from_ndarray(picture).to_ndarray(format="yuv444p") for picture in pictures]
    return planes, write_lossless(tmp_path_factory.mktemp("upright") / "clip.mp4", planes)


def write_lossless(path: Path, planes: Sequence[NDArray[np.uint8]]) -> Path:
    frames = (av.VideoFrame.from_ndarray(np.ascontiguousarray(p), format="yuv444p") for p in planes)
    return write_clip(path, frames, pixel_format="yuv444p", options={"crf": "0"})


@pytest.fixture(scope="module")
def upright_tracks(upright: tuple[list[NDArray[np.uint8]], Path]) -> Tracks:
    return api.track(upright[1])


@pytest.mark.parametrize("rotation_deg", [90, 180, 270])
def test_a_copy_with_rotation_metadata_gives_exactly_the_same_items(
    rotation_deg: int,
    upright: tuple[list[NDArray[np.uint8]], Path],
    upright_tracks: Tracks,
    tmp_path: Path,
) -> None:
    # The file says "turn by so much clockwise", so its pictures lie turned the other way.
    lying = [np.rot90(planes, k=rotation_deg // 90, axes=(1, 2)) for planes in upright[0]]
    copy = set_display_matrix(write_lossless(tmp_path / "clip.mp4", lying), *MATRIX[rotation_deg])
    tracks = api.track(copy)
    assert tracks.rotation_deg == rotation_deg
    np.testing.assert_array_equal(tracks.face_px, upright_tracks.face_px)
    # An item's evidence names the file that it comes from, by its bytes, and those do differ.
    assert tracks.input_sha256 != upright_tracks.input_sha256
    found = items_of(dataclasses.replace(tracks, input_sha256=upright_tracks.input_sha256))
    assert all(found[item].assessed for item in SCORED)
    assert found == items_of(upright_tracks)


@pytest.mark.parametrize(
    ("codec", "name"), [("libx265", "copy.mov"), ("libvpx-vp9", "copy.webm")], ids=["HEVC", "WebM"]
)
def test_hevc_and_webm_copies_give_the_same_items_within_a_tenth(
    codec: str, name: str, sample_tracks: Callable[[str], Tracks], tmp_path: Path
) -> None:
    original = items_of(sample_tracks("lips_1.5hz.mp4"))
    copy = write_clip(tmp_path / name, frames_of(SAMPLES / "lips_1.5hz.mp4"), codec=codec)
    with av.open(copy) as container:
        assert container.streams.video[0].codec_context.codec.name in ("hevc", "vp9", "libvpx-vp9")
    found = items_of(api.track(copy))
    assert {item for item in Item if found[item].assessed} == {i for i in Item if original[i].assessed}
    for item in SCORED:
        assert found[item].expected == pytest.approx(original[item].expected, abs=0.1)
