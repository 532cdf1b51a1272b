"""A clip that is being sent takes no memory, and leaves nothing that could be read."""

from __future__ import annotations

import hashlib
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from clinic_places import files_that_arrive
from tdscreen.errors import DataError
from tdscreen.records.arriving import Arriving, NoRoomError, read_arrived
from tdscreen.records.sealing import new_key

CLIP = b"pictures of somebody's face " * 20_000


def test_a_clip_comes_back_as_it_was_sent_whatever_its_pieces(tmp_path: Path) -> None:
    with Arriving(tmp_path, len(CLIP)) as clip:
        for first in range(0, len(CLIP), 70_001):
            clip.add(CLIP[first : first + 70_001])
        assert clip.received == len(CLIP)
        arrived = clip.whole()
        assert arrived.sha256 == hashlib.sha256(CLIP).hexdigest()
        with read_arrived(arrived.path, arrived.key) as video:
            assert video.read() == CLIP
        with pytest.raises(ValueError, match="closed"):
            clip.add(b"more")
    assert not files_that_arrive()


def test_it_lies_on_the_disk_without_a_name_and_without_its_key_it_is_noise(tmp_path: Path) -> None:
    with Arriving(tmp_path, len(CLIP)) as clip:
        clip.add(CLIP)
        assert len(files_that_arrive()) == 1
        assert not list(tmp_path.iterdir())
        arrived = clip.whole()
        sealed = arrived.path.read_bytes()
        assert len(sealed) > len(CLIP)
        assert CLIP[:28] not in sealed
        assert repr(arrived.key) not in repr(arrived)
        with pytest.raises(DataError):
            read_arrived(arrived.path, new_key())
    assert clip.closed


def test_one_that_was_let_go_of_half_way_is_gone(tmp_path: Path) -> None:
    clip = Arriving(tmp_path, len(CLIP))
    clip.add(CLIP[:100_000])
    clip.close()
    assert clip.closed
    assert not files_that_arrive()


def test_a_server_that_is_killed_leaves_nothing(tmp_path: Path) -> None:
    sends = (
        "import sys; from pathlib import Path; from tdscreen.records.arriving import Arriving; "
        "clip = Arriving(Path(sys.argv[1]), 1000); clip.add(bytes(500_000)); print('here', flush=True); "
        "sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", sends, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as server:
        assert server.stdout is not None
        assert server.stdout.readline() == b"here\n"
        os.kill(server.pid, signal.SIGKILL)
        server.wait()
    assert not list(tmp_path.iterdir())


def test_a_disk_that_is_too_full_is_said_before_anything_is_sent(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Both what comes and what the store keeps of it lie there for a while.
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=2 * len(CLIP) + 50))
    Arriving(tmp_path, len(CLIP), promised_bytes=50).close()
    with pytest.raises(NoRoomError, match="no room for this clip"):
        Arriving(tmp_path, len(CLIP), promised_bytes=51)
    assert not list(tmp_path.iterdir())
