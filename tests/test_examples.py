"""Every example answers its question, as it stands."""

from __future__ import annotations

import re
import runpy
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tdscreen import api
from tdscreen.tracking.tracks import Tracks

ROOT = Path(__file__).resolve().parents[1]
EXAMPLES = {path.stem: path for path in (ROOT / "examples").glob("*.py")}

SAYS = {
    "measure_a_sine": r"rate +1\.50\d Hz",
    "how_fast_do_the_lips_move": r"rate +1\.50 Hz .*\namplitude +[23]\.\d mm",
    "how_much_of_the_time_does_the_hand_move": r"moves (9\d|100)% of 1[12]\.\d s\.\nleft_hand\.\w+_tip moves from 0\.",
    "compare_two_clips_of_one_person": r"lips: 0\.0 mm, then [23]\.\d mm: changed by \+[23]\.\d mm",
    "plot_a_signal_and_its_spectrum": r"lips\.png shows lips\.side_shift, which moves most at 1\.5 Hz",
    "poses_for_movement": r"'keypoints': 592.*\nThe tip travels \d{4,} px in 12\.0 s",
}


@pytest.fixture
def tracked_once(monkeypatch: pytest.MonkeyPatch, sample_tracks: Callable[[str], Tracks]) -> None:
    """Let what was tracked in this session stand for tracking it once more: the same clips, the same tracks."""
    really_track = api.track

    def track(path: str | Path, **options: Any) -> Tracks:
        assert not options
        with monkeypatch.context() as patched:
            # Whoever asks first does track.
            patched.setattr(api, "track", really_track)
            return sample_tracks(Path(path).name)

    monkeypatch.setattr(api, "track", track)


def test_each_example_is_run() -> None:
    assert SAYS.keys() == EXAMPLES.keys()


@pytest.mark.parametrize("name", SAYS)
@pytest.mark.usefixtures("tracked_once")
def test_an_example_says_what_is_so(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", [name])
    runpy.run_path(str(EXAMPLES[name]), run_name="__main__")
    assert re.search(SAYS[name], capsys.readouterr().out)


@pytest.mark.usefixtures("tracked_once")
def test_the_snippets_of_the_python_page_run_from_top_to_bottom(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    page = (ROOT / "docs" / "python-api.md").read_text(encoding="utf-8")
    snippets = re.findall(r"```python\n(.*?)```", page, flags=re.DOTALL)
    assert len(snippets) >= 6
    (tmp_path / "sample_videos").symlink_to(ROOT / "sample_videos")
    monkeypatch.chdir(tmp_path)
    names: dict[str, Any] = {}
    for snippet in snippets:
        exec(snippet, names)
    said = capsys.readouterr().out
    assert "lips 1.50 Hz" in said
    for written in ("lips.nc", "visits.parquet", "visits.json", "signals.parquet", "qs.parquet"):
        assert (tmp_path / written).is_file(), written


def test_every_public_function_is_named_on_the_python_page() -> None:
    page = (ROOT / "docs" / "python-api.md").read_text(encoding="utf-8")
    assert [name for name in api.__all__ if f"`{name}" not in page] == []
