"""Hints: what the real detector sees in a thumbnail, and what becomes of whoever sends something else."""

from __future__ import annotations

import os
import platform
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import av
import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from tdscreen.patientapp.onlooker import Onlooker

pytestmark = pytest.mark.slow

SAMPLES = Path(__file__).resolve().parents[2] / "sample_videos"
Picture = NDArray[np.uint8]


@pytest.fixture(scope="module")
def onlooker() -> Iterator[Onlooker]:
    made = Onlooker(wait_s=60.0, deadline_s=120.0)
    made.begin()
    until_s = time.monotonic() + 300.0
    while made.look(jpeg(np.zeros((64, 64, 3), np.uint8)), **ASKED) is None:
        assert time.monotonic() < until_s
        time.sleep(0.2)
    yield made
    made.close()


ASKED = {"of": "a", "hands": False, "mouth": True, "full_width_px": 720}


@pytest.fixture(scope="module")
def face() -> Picture:
    """Give a thumbnail of a face as large as it should be, in the middle."""
    with av.open(str(SAMPLES / "rest.mp4")) as container:
        frame = next(container.decode(video=0)).to_ndarray(format="bgr24")
    return cv2.resize(frame, (240, 240), interpolation=cv2.INTER_AREA)


def jpeg(picture: Picture) -> bytes:
    return bytes(cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, 80])[1])


def placed(face: Picture, *, scale: float, across: float = 0.5, size: int = 240) -> Picture:
    """Put a smaller picture of the face on a wall."""
    wall = np.full((size, size * 4 // 3, 3), 150, np.uint8)
    small = cv2.resize(face, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    left = round((wall.shape[1] - small.shape[1]) * across)
    top = (size - small.shape[0]) // 2
    wall[top : top + small.shape[0], left : left + small.shape[1]] = small
    return wall


@pytest.mark.skipif(
    sys.platform != "linux" or platform.machine() not in ("x86_64", "aarch64"),
    reason="only Linux on these machines lets a process give up the network",
)
def test_the_process_that_decodes_strangers_pictures_has_given_up_the_network(onlooker):
    children = [
        child
        for task in Path(f"/proc/{os.getpid()}/task").iterdir()
        for child in (task / "children").read_text().split()
        if b"patientapp.looking" in Path(f"/proc/{child}/cmdline").read_bytes()
    ]
    assert len(children) == 1
    status = Path(f"/proc/{children[0]}/status").read_text()
    # Mode 2 of proc(5): a filter.
    assert "Seccomp:\t2\n" in status


def test_each_thing_that_is_wrong_has_its_hint_and_a_good_picture_none(
    onlooker: Onlooker, face: Picture
) -> None:
    turned = cv2.warpAffine(
        face, cv2.getRotationMatrix2D((120, 120), 32, 1.0), (240, 240), borderValue=(150, 150, 150)
    )
    for name, picture, asked in (
        ("", face, {}),
        ("no_face", np.full((180, 240, 3), 150, np.uint8), {}),
        ("dark", np.full((180, 240, 3), 5, np.uint8), {}),
        ("dark", (face * 0.12).astype(np.uint8), {}),
        ("too_far", placed(face, scale=0.45), {"full_width_px": 320}),
        ("off_centre", placed(face, scale=0.7, across=0.0), {}),
        ("several_people", np.hstack([face, face]), {}),
        ("tilted", turned, {}),
        ("hands_missing", face, {"hands": True}),
    ):
        # Of another recording each time: nothing of the picture before is in the way.
        found = onlooker.look(jpeg(picture), **{**ASKED, "of": f"{name}{id(picture)}", **asked})  # type: ignore[arg-type]
        assert found is not None, name
        assert (name in found) if name else (found == []), (name, found)


def test_a_phone_that_moves_between_two_pictures_is_said_so_and_one_that_stands_is_not(
    onlooker: Onlooker, face: Picture
) -> None:
    def seen(right_px: int) -> list[str] | None:
        picture = cv2.warpAffine(face, np.float32([[1, 0, -right_px], [0, 1, 0]]), (240, 240), borderMode=2)
        return onlooker.look(jpeg(picture), **{**ASKED, "of": "moving"})  # type: ignore[arg-type]

    found = [seen(right_px) for right_px in (0, 0, 7, 7)]
    assert ["shaking" in (one or []) for one in found] == [False, False, True, False]


def test_what_is_no_small_picture_gets_no_answer_and_the_next_one_does(
    onlooker: Onlooker, face: Picture
) -> None:
    huge = bytearray(jpeg(face))
    at = huge.index(b"\xff\xc0")
    huge[at + 5 : at + 9] = b"\xff\xff\xff\xff"
    png = bytes(cv2.imencode(".png", face)[1])
    for harm in (
        b"",
        b"\xff\xd8",
        b"\xff\xd8\xff\xc0",
        b"no picture" * 100,
        png,
        bytes(huge),
        jpeg(face)[:300],
    ):
        assert onlooker.look(harm, **ASKED) is None, harm[:20]  # type: ignore[arg-type]
    assert onlooker.look(jpeg(face), **ASKED) == []  # type: ignore[arg-type]


def test_a_hint_comes_in_under_half_a_second(onlooker: Onlooker, face: Picture) -> None:
    asked = {**ASKED, "hands": True}
    took_s = []
    for _ in range(10):
        began_s = time.perf_counter()
        assert onlooker.look(jpeg(face), **asked) is not None  # type: ignore[arg-type]
        took_s.append(time.perf_counter() - began_s)
    assert np.median(took_s) < 0.5, took_s


def test_whoever_looks_and_dies_is_replaced(face: Picture) -> None:
    with_deadline = Onlooker(wait_s=1.0, deadline_s=60.0)
    try:
        with_deadline.begin()
        first = with_deadline._process
        assert first is not None
        first.kill()
        first.wait()
        assert with_deadline.look(jpeg(face), **ASKED) is None  # type: ignore[arg-type]
        assert with_deadline._process is not first
    finally:
        with_deadline.close()
