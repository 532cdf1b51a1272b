"""A clip that is written shows its pictures at the times it was given."""

from __future__ import annotations

import av
import numpy as np
import pytest

from tdscreen.phantom.clip import write_clip
from tdscreen.video.reader import open_video

COLOURS = [(200, 60, 40), (40, 160, 70), (60, 80, 190)]


def test_pictures_come_back_at_their_times_and_in_their_colours(tmp_path):
    times_s = np.array([0.0, 1 / 30, 2 / 15])
    pictures = [np.full((64, 96, 3), colour, np.uint8) for colour in COLOURS]

    write_clip(tmp_path / "clip.mp4", pictures, times_s, crf=10)

    with av.open(str(tmp_path / "clip.mp4")) as container:
        frames = list(container.decode(video=0))
    assert [frame.time for frame in frames] == pytest.approx(times_s, abs=1e-4)
    for frame, colour in zip(frames, COLOURS, strict=True):
        assert frame.format.name == "yuv420p"
        seen = frame.to_ndarray(format="rgb24").mean(axis=(0, 1))
        np.testing.assert_allclose(seen, colour, atol=4)


def test_more_pictures_than_times_is_an_error(tmp_path):
    with pytest.raises(ValueError, match="zip"):
        write_clip(tmp_path / "clip.mp4", [np.zeros((64, 64, 3), np.uint8)] * 3, [0.0, 0.1])


@pytest.mark.parametrize("codec", ["h264", "hevc", "vp9"])
@pytest.mark.parametrize("rotation_deg", [0, 90, 270])
def test_every_codec_and_rotation_comes_back_upright(tmp_path, codec, rotation_deg):
    picture = np.zeros((64, 96, 3), np.uint8)
    picture[:32, :48] = (210, 40, 40)
    path = tmp_path / "clip.mp4"
    write_clip(path, [picture] * 3, [0.0, 0.1, 0.2], codec=codec, bit_rate=500_000, rotation_deg=rotation_deg)

    with av.open(str(path)) as container:
        assert container.streams.video[0].codec_context.name == codec
        stored = next(container.decode(video=0))
        assert (stored.width, stored.height) == ((64, 96) if rotation_deg % 180 else (96, 64))
    with open_video(path) as video:
        frame = next(iter(video))
    assert frame.rgb.shape == (64, 96, 3)
    assert frame.rgb[4:28, 4:44, 0].mean() > 150
    assert frame.rgb[36:, 52:].mean() < 40
