"""The outermost bytes of a file tell whether it is whole."""

from __future__ import annotations

import io

import pytest

from clips import scene, write_clip, write_webm_as_browsers_do
from tdscreen.video.layout import FileKind, read_layout


def layout_of(data: bytes):
    return read_layout(io.BytesIO(data))


@pytest.fixture(scope="module")
def clips(tmp_path_factory):
    folder = tmp_path_factory.mktemp("clips")
    return {
        "mp4": write_clip(folder / "a.mp4", scene(10)).read_bytes(),
        "faststart": write_clip(
            folder / "b.mp4", scene(10), container_options={"movflags": "faststart"}
        ).read_bytes(),
        "webm": write_clip(folder / "a.webm", scene(10), codec="libvpx").read_bytes(),
        "browser": write_webm_as_browsers_do(folder / "b.webm", scene(10)).read_bytes(),
        "avi": write_clip(folder / "a.avi", scene(10), codec="mjpeg", pixel_format="yuvj420p").read_bytes(),
    }


@pytest.mark.parametrize("name", ["mp4", "faststart", "webm", "browser", "avi"])
def test_a_whole_file_is_whole_and_one_without_its_last_bytes_is_not(clips, name):
    data = clips[name]
    assert not layout_of(data).cut_short
    for missing in (3, len(data) // 3, len(data) // 2):
        assert layout_of(data[:-missing]).cut_short


def test_an_mp4_cut_before_its_index_has_none(clips):
    data = clips["mp4"]
    assert layout_of(data).has_index
    assert not layout_of(data[: data.index(b"moov") - 4]).has_index
    assert layout_of(clips["faststart"][: len(data) // 2]).has_index


@pytest.mark.parametrize(
    ("head", "kind"),
    [
        (b"", FileKind.EMPTY),
        (b"\xff\xd8\xff\xe0" + bytes(60), FileKind.PICTURE),
        (b"\x00\x00\x00\x18ftypheic" + bytes(60), FileKind.PICTURE),
        (b"ID3\x04" + bytes(60), FileKind.SOUND),
        (b"RIFF\x10\x00\x00\x00WAVE" + bytes(60), FileKind.SOUND),
        (b"RIFF", FileKind.UNKNOWN),
        (b"Dear nurse", FileKind.UNKNOWN),
    ],
)
def test_files_are_known_by_their_first_bytes(head, kind):
    assert layout_of(head).kind is kind


def test_any_cut_of_any_file_is_walked_without_an_error(clips):
    for data in clips.values():
        for end in range(min(len(data), 400)):
            layout_of(data[:end])
