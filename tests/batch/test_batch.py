"""A batch always finishes, loses nothing that was done, and comes out the same however it ran."""

from __future__ import annotations

import dataclasses
import errno
import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from tdscreen.assessment.json_form import to_json
from tdscreen.batch.discovery import find_clips
from tdscreen.batch.executor import LocalExecutor
from tdscreen.batch.results import write_results
from tdscreen.batch.run import Ended, Tally, run_batch
from tdscreen.batch.store import SEEN, Store, check_folder, open_store
from tdscreen.batch.summary import ASSESSMENTS, MANIFEST, Values
from tdscreen.batch.work import How
from tdscreen.errors import InputError

MakeClip = Callable[..., Path]
NOT_COMPARED = {MANIFEST, SEEN, "batch.json", ".lock"}
"""Files that tell of the run itself."""


def run(
    source: Path,
    out: Path,
    how: How,
    *,
    workers: int = 2,
    same_content: bool = False,
    hands: bool = True,
    on_progress: Callable[[Tally], None] | None = None,
) -> Ended:
    plan = find_clips(source, by_folder=True, same_content=same_content, hands=hands)
    with open_store(out) as store:
        with LocalExecutor(store, workers=workers) as executor:
            ended = run_batch(plan, store, executor, how=how, on_progress=on_progress)
        write_results(plan, store, contents=ended.contents, unkept=ended.unkept, tracks=how.tracks)
    return ended


def results(out: Path) -> dict[str, bytes]:
    return {
        path.relative_to(out).as_posix(): path.read_bytes()
        for path in out.rglob("*")
        if path.is_file() and path.name not in NOT_COMPARED
    }


def rows(out: Path, table: str) -> list[dict[str, object]]:
    import pyarrow.parquet as pq

    found: list[dict[str, object]] = pq.read_table(out / f"{table}.parquet").to_pylist()  # type: ignore[no-untyped-call]
    return found


def many(make_clip: MakeClip, names: list[str]) -> None:
    for name in names:
        size_mm = 1.0 + len(name) / 7 + sum(name.encode()) / 900
        make_clip(name, lips_mm=size_mm, dark="dark" in name, no_video="letter" in name)


NAMES = ["v1/rest.mp4", "v1/tapping.mp4", "v2/dark.mp4", "v3/letter.mp4", "v3/talk.mp4", "alone.mp4"]


def test_order_workers_and_a_stop_change_no_byte(
    clips: Path, make_clip: MakeClip, how: How, tmp_path: Path
) -> None:
    many(make_clip, NAMES)
    run(clips, tmp_path / "one", how, workers=1)
    whole = results(tmp_path / "one")
    assert {
        "clips.csv",
        "clips.parquet",
        "examinations.csv",
        "items.csv",
        "failures.csv",
        "index.html",
    } <= whole.keys()

    def stop(tally: Tally) -> None:
        if tally.done == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(clips, tmp_path / "two", how, workers=3, on_progress=stop)
    assert not (tmp_path / "two" / "clips.csv").exists()
    ended = run(clips, tmp_path / "two", how, workers=3)
    assert ended.tally.kept >= 2, "what was done is not done again"
    assert results(tmp_path / "two") == whole


def test_the_tables_hold_a_row_for_each(clips: Path, make_clip: MakeClip, how: How, tmp_path: Path) -> None:
    many(make_clip, NAMES)
    out = tmp_path / "out"
    run(clips, out, how)
    by_file = {row["file"]: row for row in rows(out, "clips")}
    assert sorted(by_file) == sorted(NAMES)
    assert by_file["v1/rest.mp4"]["lips_amplitude_mm"] == pytest.approx(
        1 + 11 / 7 + sum(b"v1/rest.mp4") / 900
    )
    assert by_file["v3/letter.mp4"]["measured"] is False
    assert by_file["v3/letter.mp4"]["reason"] == "letter.mp4 is not a video."
    assert by_file["v3/letter.mp4"]["lips_amplitude_mm"] is None
    assert by_file["v2/dark.mp4"]["quality"] == "unusable"
    assert by_file["v2/dark.mp4"]["quality_problems"] == "light"
    examinations = {row["examination"]: row for row in rows(out, "examinations")}
    assert list(examinations) == ["alone.mp4", "v1", "v2", "v3"]
    assert (examinations["v3"]["clips"], examinations["v3"]["clips_measured"]) == (2, 1)
    assert examinations["v2"]["triage"] == "unusable"
    items = rows(out, "items")
    assert len(items) == 7 * len(examinations)
    assert all(row["reason"] for row in items if not row["assessed"])
    (failure,) = rows(out, "failures")
    assert (failure["file"], failure["kind"], failure["attempts"]) == ("v3/letter.mp4", "VideoError", 1)
    documents = [json.loads(line) for line in (out / ASSESSMENTS).read_text().splitlines()]
    assert [document["examination"] for document in documents] == ["alone.mp4", "v1", "v2", "v3"]
    assert [clip["file"] for clip in documents[1]["clips"]] == ["rest.mp4", "tapping.mp4"]
    meanings = json.loads((out / "clips.json").read_text())
    assert list(meanings) == list(rows(out, "clips")[0])
    assert meanings["lips_amplitude_mm"]["Units"] == "mm"
    manifest = json.loads((out / MANIFEST).read_text())
    assert manifest["files_sha256"].keys() >= {"clips.csv", "items.parquet", ASSESSMENTS}


def test_a_worker_that_dies_hurts_no_other_and_is_tried_twice(
    clips: Path, make_clip: MakeClip, how: How, tmp_path: Path
) -> None:
    make_clip("crash.mp4", crash=True)
    make_clip("hang.mp4", hang=True)
    make_clip("memory.mp4", grab_memory=True)
    make_clip("slow.mp4", go_on=True)
    make_clip("well.mp4")
    limits = dataclasses.replace(how.limits, stall_timeout_s=2.0)
    out = tmp_path / "out"
    ended = run(clips, out, dataclasses.replace(how, limits=limits, time_limit_s=4.0), workers=5)
    assert (ended.tally.done, ended.tally.failed) == (5, 4)
    failures = {row["file"]: row for row in rows(out, "failures")}
    assert {row["attempts"] for row in failures.values()} == {2}
    for name, words in {
        "crash.mp4": "crashed", "hang.mp4": "stood still", "memory.mp4": "memory", "slow.mp4": "longer than 4 s",
    }.items():  # fmt: skip
        assert words in str(failures[name]["reason"])
    assert [row["file"] for row in rows(out, "clips") if row["measured"]] == ["well.mp4"]


def test_a_worker_killed_in_mid_run_is_replaced(
    clips: Path, make_clip: MakeClip, how: How, tmp_path: Path
) -> None:
    make_clip("a.mp4", killed_once=str(tmp_path / "killed"))
    assert run(clips, tmp_path / "out", how).tally.failed == 0
    assert (tmp_path / "killed").exists()


def test_only_what_is_new_or_changed_is_done_again(
    clips: Path, make_clip: MakeClip, how: How, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    counted = tmp_path / "counted"
    make_clip("a.mp4", counted_in=str(counted))
    make_clip("b.mp4", lips_mm=3.0, counted_in=str(counted))
    out = tmp_path / "out"
    run(clips, out, how)
    (clips / "a.mp4").rename(clips / "renamed.mp4")
    make_clip("b.mp4", lips_mm=3.5, counted_in=str(counted))
    run(clips, out, how)
    *first, last = counted.read_text().split()
    assert (sorted(first), last) == (["a.mp4", "b.mp4"], "b.mp4"), "a name is not what a clip is known by"
    assert [row["file"] for row in rows(out, "clips")] == ["b.mp4", "renamed.mp4"]
    from tdscreen.batch import versions

    monkeypatch.setattr(versions, "measurement_key", lambda: "of another version")
    run(clips, out, how)
    assert len(counted.read_text().split()) == 5


def test_the_same_content_under_two_names_is_measured_once_and_named_twice(
    clips: Path, make_clip: MakeClip, how: How, tmp_path: Path
) -> None:
    counted = tmp_path / "counted"
    for name in ("a.mp4", "x/b.mp4"):
        make_clip(name, counted_in=str(counted))
    out = tmp_path / "out"
    run(clips, out, how, workers=1, same_content=True)
    assert len(counted.read_text().split()) == 1
    documents = [json.loads(line) for line in (out / ASSESSMENTS).read_text().splitlines()]
    assert [document["clips"][0]["file"] for document in documents] == ["a.mp4", "b.mp4"]


def test_what_failed_is_tried_again_when_asked(
    clips: Path, make_clip: MakeClip, how: How, tmp_path: Path
) -> None:
    make_clip("a.mp4", no_video=True)
    make_clip("b.mp4")
    out = tmp_path / "out"
    run(clips, out, how)
    assert run(clips, out, how).tally.kept == 2
    ended = run(clips, out, dataclasses.replace(how, again=True))
    assert (ended.tally.kept, ended.tally.done) == (1, 1)


def test_a_longer_time_limit_is_another_try_as_the_failure_says(
    clips: Path, make_clip: MakeClip, how: How, tmp_path: Path
) -> None:
    make_clip("silent.mp4", hang=True)
    make_clip("slow.mp4", go_on=True)
    out = tmp_path / "out"
    short = dataclasses.replace(how, time_limit_s=1.0)
    assert run(clips, out, short).tally.failed == 2
    for row in rows(out, "failures"):
        assert "longer than 1 s" in str(row["reason"]), (
            "a limit below what stands for hanging is still the limit"
        )
    assert run(clips, out, short).tally.kept == 2
    longer = run(clips, out, dataclasses.replace(short, time_limit_s=1.5))
    assert (longer.tally.kept, longer.tally.done) == (0, 2)


def test_landmarks_are_kept_when_asked_also_of_clips_that_were_done_without(
    clips: Path, make_clip: MakeClip, how: How, tmp_path: Path
) -> None:
    make_clip("a.mp4")
    out = tmp_path / "out"
    run(clips, out, how)
    assert [row["tracks"] for row in rows(out, "clips")] == [None]
    run(clips, out, dataclasses.replace(how, tracks=True))
    (row,) = rows(out, "clips")
    assert (out / str(row["tracks"])).read_text() == "tracks of a.mp4"


@pytest.mark.parametrize("by", ["the parent", "the worker"])
def test_a_full_disk_stops_the_batch_and_loses_nothing(
    by: str,
    clips: Path,
    make_clip: MakeClip,
    how: How,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    make_clip("a.mp4")
    make_clip("b.mp4", lips_mm=3.0, full_disk=by == "the worker")
    out = tmp_path / "out"
    fsync = os.fsync
    with monkeypatch.context() as patched:
        if by == "the parent":
            written: list[int] = []

            def fill(handle: int) -> None:
                # The mark and the first clip find room.
                written.append(handle)
                if len(written) > 4:
                    raise OSError(errno.ENOSPC, "No space left on device")
                fsync(handle)

            patched.setattr(os, "fsync", fill)
        with pytest.raises(InputError, match=r"no space left.*start the same command again"):
            run(clips, out, how, workers=1)
    assert list(out.rglob("*.part")) == []
    make_clip("b.mp4", lips_mm=3.0)
    ended = run(clips, out, how)
    assert (ended.tally.kept, ended.tally.failed) == (1, 0)


def test_a_record_that_a_power_cut_left_damaged_is_made_again(
    clips: Path, make_clip: MakeClip, how: How, tmp_path: Path
) -> None:
    make_clip("a.mp4")
    out = tmp_path / "out"
    run(clips, out, how)
    before = results(out)
    (record,) = (out / "measured").rglob("*.json.gz")
    record.write_bytes(record.read_bytes()[:-20])
    (out / SEEN).write_text((out / SEEN).read_text() + '{"name": "a.m')
    assert run(clips, out, how).tally.done == 1
    assert results(out) == before


def test_a_folder_whose_batch_was_cut_off_in_its_first_moment_is_gone_on_with(tmp_path: Path) -> None:
    (tmp_path / ".lock").touch()
    (tmp_path / f".batch.json.{32 * 'a'}.part").write_text("{")
    check_folder(tmp_path, needed_bytes=0)
    with open_store(tmp_path) as store:
        assert sorted(path.name for path in tmp_path.iterdir()) == [".lock", "batch.json"]
        assert store.exists("batch.json")


def test_two_batches_do_not_share_a_folder(tmp_path: Path) -> None:
    out = tmp_path / "out"
    with open_store(out), pytest.raises(InputError, match="Another batch is at work"), open_store(out):
        pass


def test_no_more_jobs_are_handed_out_than_the_executor_holds(
    clips: Path, make_clip: MakeClip, how: How, tmp_path: Path
) -> None:
    for number in range(9):
        make_clip(f"{number}.mp4", lips_mm=1.0 + number)
    held: list[int] = []

    class Counting(LocalExecutor):
        def submit(self, job):
            self.held = getattr(self, "held", 0) + 1
            held.append(self.held)
            super().submit(job)

        def next_outcome(self):
            self.held -= 1
            return super().next_outcome()

    plan = find_clips(clips)
    with open_store(tmp_path / "out") as store, Counting(store, workers=2) as executor:
        run_batch(plan, store, executor, how=how)
    assert max(held) == 4


@pytest.mark.slow
def test_a_clip_in_a_batch_gives_the_assessment_of_the_clip_alone(brief_clip: Path, tmp_path: Path) -> None:
    from tdscreen import api

    source = tmp_path / "real"
    source.mkdir()
    (source / "brief.mp4").symlink_to(brief_clip)
    run(source, tmp_path / "out", How(tracks=True))
    alone = json.loads(to_json(api.score(source / "brief.mp4")))
    (line,) = (tmp_path / "out" / ASSESSMENTS).read_text().splitlines()
    assert json.loads(line) == {"examination": "brief.mp4", **alone}
    (row,) = rows(tmp_path / "out", "clips")
    tracks = api.load_tracks(tmp_path / "out" / str(row["tracks"]))
    assert tracks.input_sha256 == row["sha256"]


def test_hands_that_are_left_out_are_not_followed_and_the_table_says_so(
    brief_clip: Path, tmp_path: Path
) -> None:
    from tdscreen import api

    source = tmp_path / "real"
    source.mkdir()
    (source / "brief.mp4").symlink_to(brief_clip)
    run(source, tmp_path / "out", How(tracks=True), hands=False)
    (row,) = rows(tmp_path / "out", "clips")
    assert "left out on request" in str(row["right_hand_reason"])
    assert api.load_tracks(tmp_path / "out" / str(row["tracks"])).hands_left_out


def test_results_with_hands_and_without_are_never_mixed_up(
    clips: Path, make_clip: MakeClip, how: How, tmp_path: Path
) -> None:
    many(make_clip, NAMES)
    make_clip("v1/sub-01_task-armsout.mp4", lips_mm=4.5)
    how = dataclasses.replace(how, tracks=True)
    run(clips, tmp_path / "with", how)
    run(clips, tmp_path / "without", how, hands=False)
    by_file = {row["file"]: row for row in rows(tmp_path / "without", "clips")}
    assert by_file["v1/rest.mp4"]["left_hand_reason"] == "Left out on request."
    assert (by_file["v1/rest.mp4"]["hands"], by_file["v1/sub-01_task-armsout.mp4"]["hands"]) == (False, True)
    one = tmp_path / "one"
    run(clips, one, how)
    again = run(clips, one, how, hands=False)
    assert (again.tally.kept, again.tally.done) == (1, 6), "only the clip whose task is about hands is done"
    assert tables(one) == tables(tmp_path / "without")
    back = run(clips, one, how)
    assert (back.tally.kept, back.tally.done) == (7, 0)
    assert tables(one) == tables(tmp_path / "with")


def tables(out: Path) -> dict[str, bytes]:
    """Leave out what is kept of each clip, of both kinds."""
    return {name: content for name, content in results(out).items() if "/" not in name}


def test_a_file_of_another_kind_is_a_row_with_its_reason(tmp_path: Path) -> None:
    source = tmp_path / "real"
    source.mkdir()
    (source / "letter.mp4").write_text("This is a letter and not a video.\n" * 50)
    ended = run(source, tmp_path / "out", How())
    assert ended.tally.failed == 1
    (failure,) = rows(tmp_path / "out", "failures")
    assert failure["kind"] == "VideoError"
    assert str(failure["reason"]).startswith("letter.mp4 ")


def test_clips_whose_names_are_not_unicode_are_rows_and_stop_nothing(
    clips: Path, make_clip: MakeClip, how: How, tmp_path: Path
) -> None:
    make_clip(os.fsdecode(b"caf\xe9.mp4"), no_video=True)
    make_clip(os.fsdecode(b"caf\xe8.mp4"), no_video=True, lips_mm=3.0)
    make_clip(os.fsdecode(b"caf\xea.mp4"))
    ended = run(clips, tmp_path / "out", how, same_content=True)
    assert (ended.tally.done, ended.tally.failed) == (3, 2)
    assert [row["file"] for row in rows(tmp_path / "out", "clips") if row["quality"]] == ["caf\\xea.mp4"]
    failures = {row["file"]: str(row["reason"]) for row in rows(tmp_path / "out", "failures")}
    assert failures["caf\\xe9.mp4"].startswith("caf\\xe9.mp4 is no")
    assert failures["caf\\xe8.mp4"].startswith("caf\\xe8.mp4 is no")


def test_the_store_says_what_it_keeps(tmp_path: Path) -> None:
    with open_store(tmp_path / "new" / "out") as store:
        store.write_record("ab" * 32, {"failure": {"kind": "VideoError"}})
        assert isinstance(store, Store)
        assert store.read_record("ab" * 32) == {"key": "ab" * 32, "failure": {"kind": "VideoError"}}
        assert store.read_record("cd" * 32) is None


def test_a_value_far_above_the_others_stands_out_and_a_million_take_little() -> None:
    values = Values()
    for number in range(200):
        values.add(1.0 + number % 7 / 10, f"{number}.mp4")
    values.add(40.0, "look.mp4")
    count, largest = values.outliers()
    assert (count, [clip for _, _, clip in largest]) == (1, ["look.mp4"])
    still = Values()
    for number in range(9):
        still.add(0.0, f"{number}.mp4")
    assert still.outliers() == (0, []), "fewer than ten show nothing"
    still.add(5.0, "moves.mp4")
    assert still.outliers()[0] == 1, "also where all others are still"
    ties = Values()
    for number in reversed(range(100)):
        ties.add(3.0, f"{number:02}.mp4")
    assert sorted(clip.text for _, clip in ties._largest) == [f"{number:02}.mp4" for number in range(50)]
