"""Clips as phones and browsers write them come out upright, square, ordinary and on time."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from clips import (
    MATRIX,
    later_clusters,
    scene,
    set_display_matrix,
    set_edit_list,
    write_clip,
    write_webm_as_browsers_do,
)
from tdscreen.video.reader import file_sha256, open_video

WRITTEN = [
    ("clip.mp4", "libx264", "yuv420p", "h264", 8),
    ("clip.mov", "libx264", "yuv420p", "h264", 8),
    ("clip.mp4", "libx264", "yuv420p10le", "h264", 10),
    ("clip.mp4", "libx265", "yuv420p", "hevc", 8),
    ("clip.mov", "libx265", "yuv420p10le", "hevc", 10),
    ("clip.webm", "libvpx", "yuv420p", "vp8", 8),
    ("clip.webm", "libvpx-vp9", "yuv420p", "vp9", 8),
    ("clip.webm", "libsvtav1", "yuv420p", "av1", 8),
    ("clip.webm", "libsvtav1", "yuv420p10le", "av1", 10),
    ("clip.avi", "mjpeg", "yuvj420p", "mjpeg", 8),
    ("clip.mpg", "mpeg1video", "yuv420p", "mpeg1video", 8),
]


@pytest.mark.parametrize(("name", "encoder", "pixels", "codec", "bits"), WRITTEN)
def test_every_format_gives_the_pictures_that_went_in(tmp_path, read, name, encoder, pixels, codec, bits):
    pictures = list(scene(10, noise=0))
    fps = 25 if encoder == "mpeg1video" else 30
    clip = write_clip(tmp_path / name, pictures, codec=encoder, pixel_format=pixels, fps=fps)
    frames, info, timing = read(clip)
    assert (info.codec, info.bit_depth, info.transfer) == (codec, bits, "sdr")
    assert (info.width, info.height, info.file) == (160, 120, name)
    assert [frame.time_s for frame in frames] == pytest.approx(np.arange(10) / fps, abs=0.0006)
    for frame, picture in zip(frames, pictures, strict=True):
        assert frame.rgb.flags.c_contiguous
        assert frame.rgb.dtype == np.uint8
        # Away from the coloured corners, whose edges every codec softens.
        inside = np.s_[32:-32, 45:-45]
        error = frame.rgb[inside].astype(int) - picture[inside]
        assert np.abs(error).mean() < 4
        assert abs(error.mean()) < 2
    assert timing.frames == 10
    assert not timing.truncated
    assert timing.decoded_share == 1.0


@pytest.mark.parametrize("codec", ["libvpx", "libvpx-vp9", "libsvtav1"])
def test_a_browsers_recording_without_duration_or_count_is_read_whole(tmp_path, read, codec):
    frames, info, timing = read(write_webm_as_browsers_do(tmp_path / "clip.webm", scene(20), codec=codec))
    assert info.declared_duration_s is None
    assert len(frames) == 20
    assert not timing.truncated
    assert timing.duration_s == pytest.approx(20 / 30, abs=0.002)


@pytest.mark.parametrize(("turn_deg", "upright"), [(0, "RGBW"), (90, "BRWG"), (180, "WBGR"), (270, "GWRB")])
def test_a_phone_on_its_side_is_turned_upright(tmp_path, read, corners, turn_deg, upright):
    clip = set_display_matrix(write_clip(tmp_path / "clip.mp4", scene(3)), *MATRIX[turn_deg])
    frames, info, _ = read(clip)
    assert info.rotation_deg == turn_deg
    assert (info.width, info.height) == ((120, 160) if turn_deg % 180 else (160, 120))
    assert frames[0].rgb.shape == (info.height, info.width, 3)
    assert corners(frames[0].rgb) == upright


@pytest.mark.parametrize(
    ("matrix", "upright"), [((-1, 0, 0, 1), "GRWB"), ((1, 0, 0, -1), "BWRG"), ((0, 1, 1, 0), "RBGW")]
)
def test_a_mirroring_that_the_file_asks_for_is_done(tmp_path, read, corners, matrix, upright):
    clip = set_display_matrix(write_clip(tmp_path / "clip.mp4", scene(3)), *matrix)
    assert corners(read(clip)[0][0].rgb) == upright


def test_turning_changes_no_pixel(tmp_path, read):
    plain = read(write_clip(tmp_path / "plain.mp4", scene(5)))[0]
    turned = read(set_display_matrix(write_clip(tmp_path / "turned.mp4", scene(5)), *MATRIX[90]))[0]
    for before, after in zip(plain, turned, strict=True):
        assert np.array_equal(np.rot90(before.rgb, -1), after.rgb)


@pytest.mark.parametrize(("aspect", "size"), [(Fraction(4, 3), (213, 120)), (Fraction(3, 4), (160, 160))])
def test_pixels_that_are_not_square_are_made_so(tmp_path, read, aspect, size):
    frames, info, _ = read(write_clip(tmp_path / "clip.mp4", scene(3), pixel_aspect=aspect))
    assert (info.width, info.height) == size
    assert frames[0].rgb.shape == (size[1], size[0], 3)
    assert info.pixel_aspect == pytest.approx(float(aspect))


def test_pictures_hidden_by_an_edit_list_are_not_shown(tmp_path, read):
    pictures = list(scene(30))
    clip = write_clip(tmp_path / "clip.mp4", pictures)
    assert len(read(clip)[0]) == 30
    frames, _, timing = read(set_edit_list(clip, media_time_s=0.5, duration_s=0.5))
    assert len(frames) == 15
    assert frames[0].time_s == 0.0
    assert not timing.truncated
    assert np.abs(frames[0].rgb.astype(int) - pictures[15]).mean() < 4


def test_a_rate_that_changes_midway_keeps_every_time(tmp_path, read):
    times_s = np.concatenate([np.arange(15) / 30, 0.5 + np.arange(8) / 15])
    frames, _, timing = read(write_clip(tmp_path / "clip.mp4", scene(23), times_s=times_s))
    assert [frame.time_s for frame in frames] == pytest.approx(times_s, abs=1e-4)
    assert timing.highest_frequency_hz == pytest.approx(0.4 * 15, rel=0.01)


def test_a_clip_that_starts_late_is_timed_from_its_first_picture(tmp_path, read):
    times_s = 7.25 + np.arange(10) / 30
    frames, _, timing = read(write_clip(tmp_path / "clip.mkv", scene(10), times_s=times_s))
    assert frames[0].time_s == 0.0
    assert frames[-1].time_s == pytest.approx(0.3, abs=0.001)
    assert timing.duration_s == pytest.approx(1 / 3, abs=0.002)


def test_pictures_whose_time_does_not_advance_are_dropped_and_counted(tmp_path, read):
    # Ten pictures without reordering, the fifth stamped like the fourth by patching its block in the file.
    clip = write_webm_as_browsers_do(tmp_path / "clip.webm", scene(10))
    data = bytearray(clip.read_bytes())
    stamp = (4 * 1000 // 30).to_bytes(2, "big")
    at = data.index(b"\x81" + stamp)
    data[at + 1 : at + 3] = (3 * 1000 // 30).to_bytes(2, "big")
    clip.write_bytes(data)
    frames, _, timing = read(clip)
    assert timing.dropped_stamps == 1
    assert len(frames) == 9
    assert np.all(np.diff([frame.time_s for frame in frames]) > 0)
    assert [frame.index for frame in frames] == list(range(9))


def test_one_stamp_that_leaps_ahead_costs_its_own_picture_and_no_other(tmp_path, read):
    clip = write_webm_as_browsers_do(tmp_path / "clip.webm", scene(10))
    data = bytearray(clip.read_bytes())
    at = data.index(b"\x81" + (4 * 1000 // 30).to_bytes(2, "big"))
    data[at + 1 : at + 3] = (30_000).to_bytes(2, "big")
    clip.write_bytes(data)
    frames, _, timing = read(clip)
    assert timing.dropped_stamps == 1
    assert [frame.time_s for frame in frames] == pytest.approx(
        [k / 30 for k in range(10) if k != 4], abs=1e-3
    )


@pytest.mark.parametrize("full", [False, True])
@pytest.mark.parametrize("matrix", ["ITU601", "ITU709"])
def test_the_files_colour_matrix_and_range_are_obeyed(tmp_path, read, matrix, full):
    from av.video.reformatter import ColorRange, Colorspace

    flat = np.empty((64, 64, 3), np.uint8)
    flat[:] = (200, 120, 90)
    frame = av.VideoFrame.from_ndarray(flat).reformat(format="yuv444p")
    # The three planes of this colour, worked out by hand from the standards (BT.601, BT.709; full or limited).
    k_red, k_blue = (0.299, 0.114) if matrix == "ITU601" else (0.2126, 0.0722)
    red, green, blue = (value / 255 for value in (200, 120, 90))
    luma = k_red * red + (1 - k_red - k_blue) * green + k_blue * blue
    chroma = (blue - luma) / (2 - 2 * k_blue), (red - luma) / (2 - 2 * k_red)
    steps = (255, 255, 0) if full else (219, 224, 16)
    values = (
        round(steps[2] + steps[0] * luma),
        round(128 + steps[1] * chroma[0]),
        round(128 + steps[1] * chroma[1]),
    )
    for plane, value in zip(frame.planes, values, strict=True):
        plane.update(bytes([value]) * plane.buffer_size)
    frame.colorspace = 1 if matrix == "ITU709" else int(Colorspace.ITU601)
    frame.color_range = ColorRange.JPEG if full else ColorRange.MPEG
    clip = write_clip(tmp_path / "clip.mp4", [frame], pixel_format="yuv444p", options={"crf": "5"})
    assert read(clip)[0][0].rgb[32, 32] == pytest.approx([200, 120, 90], abs=3)


def test_a_call_that_changes_its_resolution_keeps_one_picture_size(tmp_path, read, corners):
    small = write_webm_as_browsers_do(tmp_path / "a.webm", scene(3, width=80, height=60)).read_bytes()
    large = write_webm_as_browsers_do(tmp_path / "b.webm", scene(3)).read_bytes()
    clip = tmp_path / "clip.webm"
    clip.write_bytes(large + later_clusters(small, 100))
    frames, info, _ = read(clip)
    assert (info.width, info.height) == (160, 120)
    assert {frame.rgb.shape for frame in frames} == {(120, 160, 3)}
    assert len(frames) == 6
    assert corners(frames[-1].rgb) == "RGBW"


def test_a_phone_turned_during_a_call_is_shown_with_black_beside_it(tmp_path, read):
    wide = write_webm_as_browsers_do(tmp_path / "a.webm", scene(3)).read_bytes()
    tall = write_webm_as_browsers_do(tmp_path / "b.webm", scene(3, width=132, height=160)).read_bytes()
    clip = tmp_path / "clip.webm"
    clip.write_bytes(wide + later_clusters(tall, 100))
    turned = read(clip)[0][-1].rgb
    assert turned.shape == (120, 160, 3)
    # 132 x 160 fitted into 160 x 120 is 99 x 120, in the middle.
    assert turned[:, :28].max() == 0
    assert turned[:, -28:].max() == 0
    # Means of columns: how well the encoder does depends on how busy the machine is.
    assert turned[:, 34:-34].mean(axis=(0, 2)).min() > 40
    assert turned[60, 40:120].mean() > 60


def test_sound_is_left_alone(tmp_path, read):
    silent = read(write_clip(tmp_path / "silent.mp4", scene(10)))[0]
    frames, info, timing = read(write_clip(tmp_path / "clip.mp4", scene(10), with_sound=True))
    assert len(frames) == 10
    assert info.declared_duration_s == pytest.approx(1 / 3, abs=0.01)
    assert not timing.truncated
    assert all(np.array_equal(a.rgb, b.rgb) for a, b in zip(silent, frames, strict=True))


def test_the_same_clip_gives_the_same_pixels_whatever_was_read_before(tmp_path, read):
    clip = write_clip(tmp_path / "clip.mp4", scene(12), codec="libx265", pixel_format="yuv420p10le")
    other = write_clip(tmp_path / "other.webm", scene(4, seed=1), codec="libvpx")
    first = [frame.rgb.tobytes() for frame in read(clip)[0]]
    read(other)
    assert [frame.rgb.tobytes() for frame in read(clip)[0]] == first


def test_a_picture_kept_is_not_written_over_by_the_next(tmp_path):
    with open_video(write_clip(tmp_path / "clip.mp4", scene(5))) as video:
        kept = next(iter(video))
        copy = kept.rgb.copy()
        assert len(list(video)) == 4
    assert np.array_equal(kept.rgb, copy)


def test_the_timing_of_a_clip_read_in_part_is_that_part(tmp_path):
    with open_video(write_clip(tmp_path / "clip.mp4", scene(30))) as video:
        for _, _frame in zip(range(10), video, strict=False):
            pass
        timing = video.timing()
    assert timing.frames == 10
    assert not timing.truncated


def test_the_hash_is_that_of_the_bytes(tmp_path):
    path = Path(tmp_path / "abc")
    path.write_bytes(b"abc")
    # FIPS 180-2, appendix B.1.
    assert file_sha256(path) == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
