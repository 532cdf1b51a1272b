"""The committed sample clips are what their script draws, and the truth beside them is the script's."""

from __future__ import annotations

import importlib.util
import itertools
import json
import sys
from pathlib import Path

import av
import numpy as np
import pytest

FOLDER = Path(__file__).resolve().parents[2] / "sample_videos"


@pytest.fixture(scope="module")
def script():
    spec = importlib.util.spec_from_file_location("make_samples", FOLDER / "make_samples.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["make_samples"] = module
    spec.loader.exec_module(module)
    yield module
    del sys.modules["make_samples"]


@pytest.fixture(scope="module")
def truth():
    return {clip["file"]: clip for clip in json.loads((FOLDER / "truth.json").read_text())["clips"]}


@pytest.mark.parametrize("name", ["rest.mp4", "lips_1.5hz.mp4", "jaw_1hz.mp4", "brows_0.8hz.mp4"])
def test_a_face_clip_is_what_the_script_draws(script, name):
    scene = next(scene for scene in script.FACE_SCENES if scene.file == name)
    drawn = itertools.islice(script.face_pictures(scene), 6)

    with av.open(str(FOLDER / name)) as container:
        for picture, frame in zip(drawn, itertools.islice(container.decode(video=0), 6), strict=True):
            error = frame.to_ndarray(format="rgb24").astype(float) - picture
            assert 10 * np.log10(255**2 / np.mean(error**2)) > 33.0


def test_the_truth_of_the_face_clips_is_what_the_script_says(script, truth):
    for scene in script.FACE_SCENES:
        assert truth[scene.file] == script.face_truth(scene)


def test_every_clip_has_its_truth_and_every_truth_its_clip(truth):
    assert {path.name for path in FOLDER.glob("*.mp4")} == set(truth)


def test_clips_are_small_and_as_long_and_as_large_as_is_said(truth):
    for name, clip in truth.items():
        assert (FOLDER / name).stat().st_size <= 1_050_000, name
        with av.open(str(FOLDER / name)) as container:
            stream = container.streams.video[0]
            times_s = sorted(float(p.pts * p.time_base) for p in container.demux(stream) if p.pts is not None)
            assert (stream.width, stream.height) == (clip["width"], clip["height"]), name
            assert stream.codec_context.name == "h264"
        assert len(times_s) == clip["frames"], name
        assert times_s[-1] == pytest.approx(clip["duration_s"], abs=0.1), name
