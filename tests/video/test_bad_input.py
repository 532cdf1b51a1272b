"""What is not a whole video gets a sentence that a nurse can act on, or is read as far as it goes."""

from __future__ import annotations

import http.server
import os
import threading
from dataclasses import replace
from fractions import Fraction

import av
import numpy as np
import pytest

from clips import find_box, later_clusters, scene, write_clip, write_webm_as_browsers_do
from tdscreen.errors import InputError, LimitError, TdscreenError, VideoError
from tdscreen.settings import VIDEO
from tdscreen.video.reader import open_video


def refusal(path, kind: type[TdscreenError], *, settings=VIDEO) -> str:
    with pytest.raises(kind) as caught, open_video(path, settings=settings) as video:
        list(video)
    sentence = str(caught.value)
    assert caught.type is kind
    # A sentence, about this file by its name, without its folder.
    assert sentence.endswith(".")
    assert str(path.parent) not in sentence
    return sentence


def test_a_missing_path(tmp_path):
    assert "no file gone.mp4" in refusal(tmp_path / "gone.mp4", InputError)


def test_a_folder(tmp_path):
    folder = tmp_path / "clips"
    folder.mkdir()
    assert "clips is a folder" in refusal(folder, InputError)


def test_a_pipe_is_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "pipe.mp4")
    assert "not an ordinary file" in refusal(tmp_path / "pipe.mp4", InputError)


def test_a_name_that_cannot_be(tmp_path):
    assert "no file" in refusal(tmp_path / "a\0b.mp4", InputError)


@pytest.mark.skipif(os.geteuid() == 0, reason="the superuser may read everything")
def test_a_file_that_may_not_be_read(tmp_path):
    clip = write_clip(tmp_path / "clip.mp4", scene(3))
    clip.chmod(0)
    assert "may not be read" in refusal(clip, InputError)


def test_an_empty_file(tmp_path):
    (tmp_path / "clip.mp4").touch()
    assert "is empty" in refusal(tmp_path / "clip.mp4", VideoError)


@pytest.mark.parametrize(
    "content", [b"Dear nurse, the clip follows.\n" * 50, b"%PDF-1.7\n" + b"x" * 900, bytes(2000), b"\0"]
)
def test_what_is_not_a_video(tmp_path, content):
    (tmp_path / "clip.mp4").write_bytes(content)
    assert "not a video that can be read" in refusal(tmp_path / "clip.mp4", VideoError)


def test_noise_named_as_a_video(tmp_path):
    (tmp_path / "clip.mp4").write_bytes(np.random.default_rng(0).bytes(50_000))
    refusal(tmp_path / "clip.mp4", VideoError)


@pytest.mark.parametrize("codec", ["mjpeg", "png"])
def test_a_still_picture(tmp_path, codec):
    picture = next(scene(1))
    encoder = av.CodecContext.create(codec, "w")
    encoder.width, encoder.height, encoder.time_base = 160, 120, Fraction(1)
    encoder.pix_fmt = "yuvj420p" if codec == "mjpeg" else "rgb24"
    frame = av.VideoFrame.from_ndarray(picture).reformat(format=encoder.pix_fmt)
    (tmp_path / "clip.mp4").write_bytes(
        b"".join(bytes(p) for p in [*encoder.encode(frame), *encoder.encode(None)])
    )
    assert "still picture" in refusal(tmp_path / "clip.mp4", VideoError)


@pytest.mark.parametrize(("name", "codec"), [("a.m4a", "aac"), ("a.webm", "libopus"), ("a.wav", "pcm_s16le")])
def test_sound_without_pictures(tmp_path, name, codec):
    with av.open(tmp_path / name, "w") as output:
        stream = output.add_stream(codec, rate=48_000, layout="mono")
        sound = av.AudioFrame.from_ndarray(np.zeros((1, 48_000), np.int16), "s16", "mono")
        sound.sample_rate, sound.pts = 48_000, 0
        resampler = av.AudioResampler(
            stream.format, stream.layout, stream.rate, stream.codec_context.frame_size or 0
        )
        for part in resampler.resample(sound):
            output.mux(stream.encode(part))
        output.mux(stream.encode(None))
    assert "pictures" in refusal(tmp_path / name, VideoError)


def test_a_clip_too_long_by_its_own_word(tmp_path):
    clip = write_clip(tmp_path / "clip.mp4", scene(30))
    sentence = refusal(clip, LimitError, settings=replace(VIDEO, max_duration_s=0.5))
    assert "--max-duration" in sentence


def test_a_clip_too_long_that_does_not_say_so(tmp_path):
    clip = write_webm_as_browsers_do(tmp_path / "clip.webm", scene(30))
    assert "--max-duration" in refusal(clip, LimitError, settings=replace(VIDEO, max_duration_s=0.5))


def test_a_file_too_large(tmp_path):
    clip = write_clip(tmp_path / "clip.mp4", scene(30))
    assert "--max-size" in refusal(clip, LimitError, settings=replace(VIDEO, max_file_bytes=1000))


def test_too_many_pictures(tmp_path):
    clip = write_clip(tmp_path / "clip.mp4", scene(30))
    assert "pictures" in refusal(clip, LimitError, settings=replace(VIDEO, max_frames=20))


@pytest.mark.parametrize(
    ("name", "codec"), [("clip.mp4", "libx264"), ("clip.webm", "libvpx"), ("clip.avi", "mjpeg")]
)
def test_pictures_too_large(tmp_path, name, codec):
    pixels = "yuvj420p" if codec == "mjpeg" else "yuv420p"
    clip = write_clip(tmp_path / name, scene(3), codec=codec, pixel_format=pixels)
    with (
        pytest.raises(LimitError, match="160 x 120 points"),
        open_video(clip, settings=replace(VIDEO, max_pixels=160 * 100)),
    ):
        pass


def test_pictures_that_grow_too_large_midway_are_left_out(tmp_path, read):
    clip = tmp_path / "clip.webm"
    small = write_webm_as_browsers_do(clip, scene(3, width=80, height=60)).read_bytes()
    large = write_webm_as_browsers_do(clip, scene(3)).read_bytes()
    clip.write_bytes(small + later_clusters(large, 100))
    assert len(read(clip)[0]) == 6
    frames, _, timing = read(clip, settings=replace(VIDEO, max_pixels=160 * 100))
    assert len(frames) == 3
    assert timing.damaged_packets >= 1


def test_a_coding_that_is_not_for_recordings_is_refused(tmp_path):
    clip = write_clip(tmp_path / "clip.avi", scene(3), codec="ffv1")
    assert "ffv1" in refusal(clip, VideoError)


def test_a_recording_that_was_never_finished(tmp_path):
    clip = write_clip(tmp_path / "clip.mp4", scene(30))
    data = clip.read_bytes()
    clip.write_bytes(data[: find_box(data, b"moov")[0]])
    assert "never finished" in refusal(clip, VideoError)


def cut(path, share):
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * share)])
    return path


@pytest.mark.parametrize("share", [0.3, 0.6])
def test_a_copy_cut_off_is_read_as_far_as_it_goes(tmp_path, read, share):
    clip = write_clip(tmp_path / "clip.mp4", scene(90), container_options={"movflags": "faststart"})
    frames, info, timing = read(cut(clip, share))
    assert info.declared_duration_s == pytest.approx(3.0, abs=0.01)
    assert 10 < len(frames) < 80
    assert timing.truncated
    assert timing.decoded_share == pytest.approx(len(frames) / 90, abs=0.02)


def test_a_browsers_recording_cut_off_is_read_as_far_as_it_goes(tmp_path, read):
    clip = cut(write_webm_as_browsers_do(tmp_path / "clip.webm", scene(90)), 0.5)
    frames, _, timing = read(clip)
    assert 20 < len(frames) < 70
    assert timing.truncated
    assert timing.decoded_share == 1.0


@pytest.mark.parametrize(("name", "codec"), [("clip.webm", "libvpx"), ("clip.avi", "mjpeg")])
def test_other_containers_cut_off_say_how_much_is_left(tmp_path, read, name, codec):
    pixels = "yuvj420p" if codec == "mjpeg" else "yuv420p"
    clip = cut(write_clip(tmp_path / name, scene(90), codec=codec, pixel_format=pixels), 0.5)
    frames, _, timing = read(clip)
    assert 20 < len(frames) < 70
    assert timing.truncated
    assert timing.decoded_share == pytest.approx(len(frames) / 90, abs=0.05)


@pytest.mark.parametrize(
    ("name", "codec"), [("clip.mp4", "libx264"), ("clip.webm", "libvpx-vp9"), ("clip.mov", "libx265")]
)
def test_damage_in_the_middle_is_passed_over(tmp_path, read, name, codec):
    clip = write_clip(tmp_path / name, scene(90), codec=codec, options={"g": "15"})
    data = bytearray(clip.read_bytes())
    damage = int(0.4 * len(data))
    data[damage : damage + 150] = np.random.default_rng(1).bytes(150)
    clip.write_bytes(data)
    frames, _, _ = read(clip)
    assert len(frames) > 45
    assert frames[-1].time_s == pytest.approx(89 / 30, abs=0.01)
    assert np.all(np.diff([frame.time_s for frame in frames]) > 0)


def test_a_video_in_which_no_picture_can_be_decoded(tmp_path):
    clip = write_clip(tmp_path / "clip.mp4", scene(10))
    data = bytearray(clip.read_bytes())
    start, end = find_box(data, b"mdat")
    data[start + 8 : end] = b"\xff" * (end - start - 8)
    clip.write_bytes(data)
    assert "No picture in clip.mp4" in refusal(clip, VideoError)


def test_random_damage_ends_in_pictures_or_a_sentence(tmp_path, read):
    whole = write_clip(tmp_path / "clip.mp4", scene(12)).read_bytes()
    rng = np.random.default_rng(5)
    outcomes = set()
    for _ in range(40):
        data = bytearray(whole)
        for at in rng.integers(0, len(data), 12):
            data[at] = rng.integers(256)
        (tmp_path / "clip.mp4").write_bytes(data)
        try:
            outcomes.add("pictures" if read(tmp_path / "clip.mp4")[0] else "nothing")
        except TdscreenError as error:
            outcomes.add(type(error).__name__)
    assert "nothing" not in outcomes
    assert "pictures" in outcomes


@pytest.fixture
def visits():
    """Listen on this machine, and count who calls."""
    calls = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            calls.append(self.path)
            self.send_error(404)

        def log_message(self, *_):
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield calls, f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()
        thread.join()


@pytest.mark.parametrize("name", ["list.mp4", "list.m3u8", "list.ffconcat", "list.sdp"])
@pytest.mark.parametrize(
    "script",
    [
        "ffconcat version 1.0\nfile '{other}'\n",
        "ffconcat version 1.0\nfile {url}/a.mp4\n",
        "#EXTM3U\n#EXT-X-VERSION:3\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\n{url}/a.ts\n#EXT-X-ENDLIST\n",
        "#EXTM3U\n#EXT-X-VERSION:3\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\n{other}\n#EXT-X-ENDLIST\n",
        "v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\nm=video 5004 RTP/AVP 96\n",
        "<?xml version='1.0'?><MPD><BaseURL>{url}/</BaseURL></MPD>",
    ],
)
def test_a_play_list_opens_no_other_file_and_no_address(tmp_path, visits, name, script):
    calls, url = visits
    other = write_clip(tmp_path / "other.mp4", scene(5))
    (tmp_path / name).write_text(script.format(other=other, url=url))
    refusal(tmp_path / name, VideoError)
    assert calls == []
