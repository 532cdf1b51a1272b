"""A face filmed in HLG or PQ comes out as bright as one filmed the ordinary way."""

from __future__ import annotations

import av
import numpy as np
import pytest

from clips import write_clip
from tdscreen.video.tonemap import hlg_to_nits, nits_to_pq, pq_to_nits, roll_off, tone_map

HLG, PQ, BT2020 = 18, 16, 9
"""Codes of ITU-T H.273."""


def flat_frame(luma: float, blue: float = 0.0, red: float = 0.0, *, transfer: int) -> av.VideoFrame:
    """Give a 10-bit frame of one colour, limited range, by its Y'CbCr (BT.2020)."""
    frame = av.VideoFrame(64, 64, "yuv420p10le")
    for plane, code in zip(frame.planes, (64 + 876 * luma, 512 + 896 * blue, 512 + 896 * red), strict=True):
        plane.update(np.full(plane.buffer_size // 2, round(code), "<u2").tobytes())
    frame.color_trc, frame.color_primaries, frame.colorspace, frame.color_range = transfer, BT2020, BT2020, 1
    return frame


def read_flat(tmp_path, read, frame):
    # Eight of them: from fewer pictures than it looks ahead, x265 makes decoding times at random.
    clip = write_clip(tmp_path / "clip.mov", [frame] * 8, codec="libx265", pixel_format="yuv420p10le")
    frames, info, _ = read(clip)
    return frames[0].rgb[32, 32].astype(int), info


# ITU-R BT.2408, table 1: a grey card of 18% lies at 38% of the signal, in HLG as in PQ. BT.709 puts it at 41%.
@pytest.mark.parametrize(("transfer", "name"), [(HLG, "hlg"), (PQ, "pq")])
def test_a_grey_card_comes_out_at_its_ordinary_brightness(tmp_path, read, transfer, name):
    rgb, info = read_flat(tmp_path, read, flat_frame(0.38, transfer=transfer))
    assert (info.transfer, info.bit_depth) == (name, 10)
    assert rgb == pytest.approx([0.41 * 255] * 3, abs=6)


# The same table: diffuse white at 75% in HLG and 58% in PQ.
@pytest.mark.parametrize(("transfer", "signal"), [(HLG, 0.75), (PQ, 0.58)])
def test_diffuse_white_comes_out_bright_and_a_highlight_brighter(tmp_path, read, transfer, signal):
    white, _ = read_flat(tmp_path, read, flat_frame(signal, transfer=transfer))
    light, _ = read_flat(tmp_path, read, flat_frame(signal + 0.1, transfer=transfer))
    assert white.min() > 210
    assert white.max() < light.min() <= 255


# ITU-R BT.2408, table 2: skin of Fitzpatrick types 5 and 6 from 35% and of types 1 and 2 up to 65% in HLG.
def test_skin_in_hlg_is_neither_dark_nor_burnt_out(tmp_path, read):
    dark, _ = read_flat(tmp_path, read, flat_frame(0.35, -0.03, 0.04, transfer=HLG))
    fair, _ = read_flat(tmp_path, read, flat_frame(0.65, -0.05, 0.06, transfer=HLG))
    assert dark.mean() > 85
    assert 170 < fair.mean() < 225
    assert dark[0] > dark[1] > dark[2]
    assert fair[0] > fair[1] > fair[2]


def test_without_tone_mapping_the_hlg_grey_card_would_be_darker(tmp_path, read):
    mapped, _ = read_flat(tmp_path, read, flat_frame(0.5, transfer=HLG))
    plain, info = read_flat(tmp_path, read, flat_frame(0.5, transfer=1))
    assert info.transfer == "sdr"
    assert mapped.mean() > plain.mean() + 10


def test_pure_bt709_red_is_red_again():
    # BT.709 red within BT.2020, linear (BT.2087): 0.6274, 0.0691, 0.0164 of a dim 50 nits.
    signal = nits_to_pq(50.0 * np.array([0.6274, 0.0691, 0.0164]))
    red, green, blue = tone_map(np.round(signal * 65535).astype(np.uint16)[None, None], "pq")[0, 0]
    assert red == pytest.approx(255 * (50 / 203) ** (1 / 2.4), abs=2)
    assert max(green, blue) < 20


def test_greys_stay_grey_and_in_order():
    ramp = np.linspace(0, 65535, 400).astype(np.uint16)
    for transfer in ("hlg", "pq"):
        mapped = tone_map(np.repeat(ramp[None, :, None], 3, axis=2), transfer).astype(int)
        assert np.ptp(mapped, axis=2).max() <= 1
        assert np.all(np.diff(mapped[0, :, 1]) >= 0)
        assert mapped[0, 0, 0] == 0
        assert mapped[0, -1, 0] >= 254


def test_the_published_points_of_both_curves_are_met():
    # BT.2408, table 1 (HLG on 1000 nits: 38% is 26 nits, 75% is 203) and BT.2100 (PQ: 1 is 10000 nits).
    assert hlg_to_nits(np.array([0.0, 0.38, 0.75, 1.0])) == pytest.approx([0, 26, 203, 1000], rel=0.02)
    assert pq_to_nits(np.array([0.0, 0.38, 0.58, 1.0])) == pytest.approx([0, 26, 203, 10000], rel=0.03)
    levels = np.geomspace(0.01, 9000, 30)
    assert pq_to_nits(nits_to_pq(levels)) == pytest.approx(levels, rel=1e-9)


def test_white_gives_way_to_highlights_as_the_standard_says():
    # BT.2390-10, 5.4.1, worked out by hand for a source of 1000 and a target of 203 nits: 203 become 159.
    assert 203 * roll_off(np.array([203.0])) == pytest.approx([159], abs=1)
    levels = np.linspace(1, 1000, 400)
    assert np.all(np.diff(roll_off(levels)) > 0)


def test_light_below_the_knee_keeps_its_share_of_white():
    dim = np.array([0.5, 5.0, 26.0, 80.0])
    assert roll_off(dim) == pytest.approx(dim / 203, rel=1e-6)
    assert roll_off(np.array([1000.0, 4000.0])) == pytest.approx([1.0, 1.0], abs=1e-6)
