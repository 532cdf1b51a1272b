"""Files that are no clip, and a clip of nobody."""

from __future__ import annotations

from pathlib import Path

import av
import numpy as np
import pytest

from clips import scene, write_clip


@pytest.fixture(scope="session")
def bad_files(tmp_path_factory: pytest.TempPathFactory, brief_clip: Path) -> dict[str, Path]:
    """Give a file of each kind that is no clip, by what it is."""
    folder = tmp_path_factory.mktemp("bad")
    text = folder / "text.mp4"
    text.write_text("This is a letter and not a video.\n" * 50)
    empty = folder / "empty.mp4"
    empty.write_bytes(b"")
    sound = folder / "sound.mp4"
    with av.open(sound, "w") as output:
        stream = output.add_stream("aac", rate=16_000, layout="mono")
        silence = av.AudioFrame.from_ndarray(np.zeros((1, 16_000), np.float32), "fltp", "mono")
        silence.sample_rate, silence.pts = 16_000, 0
        output.mux(stream.encode(silence))
        output.mux(stream.encode(None))
    headless = folder / "cut before its index.mp4"
    whole = brief_clip.read_bytes()
    headless.write_bytes(whole[: len(whole) // 2])
    return {
        "missing": folder / "missing.mp4",
        "folder": folder,
        "text": text,
        "empty": empty,
        "sound only": sound,
        "never finished": headless,
    }


@pytest.fixture(scope="session")
def faceless_clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a second of a scene with nobody in it."""
    return write_clip(tmp_path_factory.mktemp("faceless") / "nobody.mp4", scene(30))
