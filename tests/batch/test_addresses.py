"""Clips and results at an address: the same bytes as on a disk."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from cluster import Cluster
from test_batch import NAMES, many, results
from test_batch import run as run_here

from tdscreen.batch import remote_store
from tdscreen.batch.addresses import asked, reach, stamp_of
from tdscreen.batch.cluster import ClusterExecutor
from tdscreen.batch.discovery import find_clips
from tdscreen.batch.executor import LocalExecutor
from tdscreen.batch.remote_store import RemoteStore, check_place, open_place
from tdscreen.batch.results import write_results
from tdscreen.batch.run import Ended, run_batch
from tdscreen.batch.store import MARK
from tdscreen.batch.work import How
from tdscreen.cli import main
from tdscreen.errors import DataError, InputError

MakeClip = Callable[..., Path]


@pytest.fixture
def bucket(tmp_path: Path) -> Iterator[str]:
    """Give an address in memory, with nothing there."""
    address = f"memory://{tmp_path.name}"
    system, path = reach(address)
    system.makedirs(path, exist_ok=True)
    yield address
    system.rm(path, recursive=True)


def put(clips: Path, address: str) -> None:
    system, path = reach(address)
    for file in clips.rglob("*.*"):
        system.pipe_file(f"{path}/{file.relative_to(clips).as_posix()}", file.read_bytes())


def run_there(source: str, out: str, how: How, cluster: str | None = None) -> Ended:
    plan = find_clips(source, by_folder=True, leave_out=out)
    check_place(out, needed_bytes=0)
    with open_place(out) as store:
        executor = LocalExecutor(store, workers=2) if cluster is None else ClusterExecutor(out, cluster)
        with executor:
            ended = run_batch(plan, store, executor, how=how)
        write_results(plan, store, contents=ended.contents, unkept=ended.unkept, tracks=how.tracks)
    return ended


def results_at(address: str) -> dict[str, bytes]:
    system, path = reach(address)
    return {
        name[len(path) + 1 :]: system.cat_file(name)
        for name in system.find(path)
        if not name.endswith(("manifest.json", "batch.json")) and "/seen/" not in name
    }


def without_links(pages: dict[str, bytes]) -> dict[str, bytes]:
    """Leave out the page, whose links lead to files on a disk."""
    return {name: content for name, content in pages.items() if name != "index.html"}


@pytest.mark.slow
def test_a_cluster_reads_and_writes_addresses_and_gives_the_bytes_of_a_run_on_a_disk(
    clips: Path, make_clip: MakeClip, how: How, tmp_path: Path
) -> None:
    many(make_clip, NAMES)
    how = dataclasses.replace(how, tracks=True)
    run_here(clips, tmp_path / "here", how)
    # The one kind of address that processes share without a server.
    there = f"file://{tmp_path}/there"
    cluster = Cluster(tmp_path)
    try:
        cluster.start_workers(2)
        ended = run_there(f"file://{clips}", there, how, cluster.address)
    finally:
        cluster.close()
    assert (ended.tally.done, ended.tally.failed) == (6, 1)
    found = results_at(there)
    assert without_links(found) == without_links(results(tmp_path / "here"))
    assert b"letter.mp4" in found["index.html"]
    assert b'href="../' not in found["index.html"]


def test_a_run_at_an_address_goes_on_where_it_was_and_does_what_changed(
    clips: Path, make_clip: MakeClip, how: How, bucket: str
) -> None:
    many(make_clip, NAMES)
    put(clips, f"{bucket}/clips")
    assert run_there(f"{bucket}/clips", f"{bucket}/out", how).tally.done == 6
    make_clip("v2/dark.mp4", lips_mm=9.0)
    put(clips / "v2", f"{bucket}/clips/v2")
    ended = run_there(f"{bucket}/clips", f"{bucket}/out", how)
    assert (ended.tally.kept, ended.tally.done) == (5, 1)


def test_a_table_at_an_address_names_clips_beside_it(
    clips: Path, make_clip: MakeClip, how: How, bucket: str
) -> None:
    make_clip("a/one.mp4")
    (clips / "study.csv").write_text("file,task,person,session\na/one.mp4,rest,P1,1\n")
    put(clips, bucket)
    (clip,) = find_clips(f"{bucket}/study.csv").clips
    assert (clip.path, clip.examination, str(clip.task)) == (f"{bucket}/a/one.mp4", "P1_1", "rest")
    assert clip.size_bytes == (clips / "a" / "one.mp4").stat().st_size
    (clips / "study.csv").write_text("file\nb.mp4\n")
    put(clips, bucket)
    with pytest.raises(InputError, match=r"study\.csv names b\.mp4, and there is no such file"):
        find_clips(f"{bucket}/study.csv")


def test_what_is_wrong_with_an_address_is_said_before_any_work(
    clips: Path, make_clip: MakeClip, bucket: str
) -> None:
    make_clip("a.mp4")
    put(clips, f"{bucket}/clips")
    with pytest.raises(InputError, match="There is no file in the folder"):
        find_clips(f"{bucket}/empty")
    with pytest.raises(InputError, match="holds files that no batch has written"):
        check_place(f"{bucket}/clips", needed_bytes=0)
    with open_place(f"{bucket}/other") as store:
        store.write(MARK, json.dumps({"format": 99}).encode())
    with pytest.raises(DataError, match="in form 99"):
        check_place(f"{bucket}/other", needed_bytes=0)
    with pytest.raises(InputError, match="nosuch://here cannot be reached"):
        find_clips("nosuch://here")
    ran = CliRunner().invoke(main, ["batch", f"{bucket}/clips", "--out", f"{bucket}/new", "--dry-run"])
    assert (ran.exit_code, "1 clip, 1 examination" in ran.stderr) == (0, True), ran.output


def test_a_clip_that_is_too_large_is_refused_as_on_a_disk_and_takes_no_space(
    clips: Path, make_clip: MakeClip, bucket: str, tmp_path: Path
) -> None:
    make_clip("large.mp4", filling="x" * 3000)
    put(clips, f"{bucket}/clips")
    how = How()
    how = dataclasses.replace(how, limits=dataclasses.replace(how.limits, max_file_bytes=2000))
    ended = run_there(f"{bucket}/clips", f"{bucket}/out", how)
    assert ended.tally.failed == 1
    table = results_at(f"{bucket}/out")["failures.csv"].decode()
    assert "LimitError" in table
    assert "large.mp4 has" in table


def test_records_come_in_their_order_and_few_are_read_ahead(
    monkeypatch: pytest.MonkeyPatch, bucket: str
) -> None:
    store = RemoteStore(bucket)
    asked_for: list[str] = []

    def keys() -> Iterator[str]:
        for number in range(500):
            asked_for.append(str(number))
            yield str(number)

    monkeypatch.setattr(store, "read_record", lambda key: {"key": key})
    records = store.records(keys())
    first: Any = next(records)
    assert first == {"key": "0"}
    assert len(asked_for) <= 2 * remote_store.BATCH.reads_at_once
    assert [record["key"] for record in records if record] == [str(number) for number in range(1, 500)]


def test_a_storage_that_knows_no_time_still_tells_that_a_file_changed() -> None:
    before = stamp_of({"name": "a", "size": 5, "etag": "x"})
    assert before == stamp_of({"name": "a", "size": 5, "etag": "x"})
    assert before != stamp_of({"name": "a", "size": 5, "etag": "y"})
    assert stamp_of({"size": 5, "mtime": 2.5}) == (5, 2_500_000_000)


def test_whatever_a_storage_raises_is_an_error_of_the_system() -> None:
    class OfItsOwnKindError(Exception):
        pass

    def fail() -> None:
        raise OfItsOwnKindError("the line is cut")

    with pytest.raises(OSError, match="OfItsOwnKindError: the line is cut"):
        asked(fail)
