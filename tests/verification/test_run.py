"""Work over many clips: one that fails, or takes its process with it, stops none of the others."""

from __future__ import annotations

from concurrent.futures.process import BrokenProcessPool
from pathlib import Path

import pytest

pytest.importorskip("pyvista")

from failing_work import CLIPS, always_die, die_once, fail_on_the_second

from tdscreen.errors import WorkerError
from tdscreen.phantom.film import paths_of
from tdscreen.verification import run
from tdscreen.verification.figure import OF_THE_STANDARD_CARD
from tdscreen.verification.reasons import reason_for
from tdscreen.verification.results import ClipResult


def test_a_clip_that_fails_is_named_and_the_others_are_done(tmp_path: Path) -> None:
    told: list[tuple[int, int, str]] = []
    made, failed = run._each(
        fail_on_the_second, CLIPS, tmp_path, jobs=1, on_progress=lambda *one: told.append(one)
    )
    assert made == [CLIPS[0].name, CLIPS[2].name]
    assert [(one.name, one.reason) for one in failed] == [(CLIPS[1].name, "ValueError: no such jaw")]
    assert [done for done, *_ in told] == [1, 2, 3]


def test_a_process_that_dies_is_replaced(tmp_path: Path) -> None:
    made, failed = run._each(die_once, CLIPS, tmp_path, jobs=1, on_progress=None)
    assert made == [clip.name for clip in CLIPS]
    assert failed == []


def test_processes_that_always_die_are_given_up_in_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    deaths = []

    def die(*_: object, **__: object) -> None:
        # A dying process itself is seen above; starting one for each death takes long.
        deaths.append(1)
        raise BrokenProcessPool

    monkeypatch.setattr(run, "_in_processes", die)
    with pytest.raises(WorkerError, match="fewer --jobs"):
        run._each(always_die, CLIPS, tmp_path, jobs=1, on_progress=None)
    assert len(deaths) == run.MOST_DEATHS


def test_a_clip_of_another_specification_is_not_measured(tmp_path: Path) -> None:
    stale = CLIPS[0]
    paths = paths_of(stale.name, tmp_path)
    for path in (paths.clip, paths.tracks):
        path.write_bytes(b"")
    paths.truth.write_text('{"spec_sha256": "that of an earlier clip"}')
    results, failed = run.measure(CLIPS[:2], tmp_path, jobs=1)
    assert results == []
    assert [one.reason for one in failed] == [run.OF_ANOTHER, run.NOT_RENDERED]


def test_nothing_to_do_is_done(tmp_path: Path) -> None:
    assert run._each(always_die, [], tmp_path, jobs=1, on_progress=None) == ([], [])


def test_a_card_of_other_clips_says_of_which_clips_its_reasons_were_written(
    results: list[ClipResult],
) -> None:
    card = run.make_card("large", results, [], date="2001-02-03")
    for figure in card.missed():
        if figure.value is not None and reason_for(figure.name):
            assert figure.reason == f"{OF_THE_STANDARD_CARD}{reason_for(figure.name)}"
    assert any(OF_THE_STANDARD_CARD in (figure.reason or "") for figure in card.figures)


def test_a_card_of_just_the_committed_clips_gives_its_reasons_as_they_are(
    results: list[ClipResult], monkeypatch: pytest.MonkeyPatch
) -> None:
    # A whole standard card of made results would need as many as the grid has clips.
    monkeypatch.setattr(run, "clips_of", lambda *_, **__: results)
    card = run.make_card("standard", results, [], date="2001-02-03")
    assert not any(OF_THE_STANDARD_CARD in (figure.reason or "") for figure in card.figures)
    assert {reason_for(figure.name) for figure in card.missed()} & {figure.reason for figure in card.figures}
