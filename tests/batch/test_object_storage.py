"""From bucket to bucket: S3 gives the bytes of a run on a disk, and what is wrong with it is said before any work."""

from __future__ import annotations

import dataclasses
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from cluster import Cluster
from object_storage import ObjectStorage
from test_addresses import put, results_at, run_there, without_links
from test_batch import NAMES, many, results
from test_batch import run as run_here

from tdscreen.batch.addresses import reach
from tdscreen.batch.discovery import find_clips, refuse_same_content
from tdscreen.batch.executor import LocalExecutor
from tdscreen.batch.remote_store import RemoteStore, open_place
from tdscreen.batch.run import run_batch
from tdscreen.batch.work import How
from tdscreen.cli import main
from tdscreen.errors import InputError

MakeClip = Callable[..., Path]


@pytest.fixture(scope="module")
def storage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ObjectStorage]:
    """Give a storage that this process reaches by its environment, as a worker does."""
    from s3fs import S3FileSystem

    started = ObjectStorage(tmp_path_factory.mktemp("storage"))
    try:
        with pytest.MonkeyPatch.context() as patched:
            for name, value in started.environment.items():
                patched.setenv(name, value)
            S3FileSystem.clear_instance_cache()
            yield started
    finally:
        S3FileSystem.clear_instance_cache()
        started.close()


@pytest.fixture
def bucket(storage: ObjectStorage) -> str:
    """Give an empty bucket."""
    return storage.make_bucket(f"archive-{uuid.uuid4().hex}")


def batch(*words: str) -> Result:
    return CliRunner().invoke(main, ["batch", *words])


@pytest.mark.slow
def test_a_cluster_goes_from_bucket_to_bucket_with_the_bytes_of_a_run_on_a_disk(
    clips: Path, make_clip: MakeClip, how: How, tmp_path: Path, storage: ObjectStorage, bucket: str
) -> None:
    many(make_clip, NAMES)
    put(clips, f"{bucket}/clips")
    how = dataclasses.replace(how, tracks=True)
    run_here(clips, tmp_path / "here", how)
    other = storage.make_bucket(f"results-{uuid.uuid4().hex}")
    cluster = Cluster(tmp_path, **storage.environment)
    try:
        cluster.start_workers(2)
        ended = run_there(f"{bucket}/clips", f"{other}/out", how, cluster.address)
        assert (ended.tally.kept, ended.tally.done, ended.tally.failed) == (0, 6, 1)
        there = results_at(f"{other}/out")
        assert without_links(there) == without_links(results(tmp_path / "here"))
        make_clip("v2/dark.mp4", lips_mm=9.0)
        put(clips / "v2", f"{bucket}/clips/v2")
        ended = run_there(f"{bucket}/clips", f"{other}/out", how, cluster.address)
        assert (ended.tally.kept, ended.tally.done) == (5, 1), "it goes on where it was, with what changed"
    finally:
        cluster.close()
    assert results_at(f"{other}/out") != there
    run_here(clips, tmp_path / "here", how)
    now, here = results_at(f"{other}/out"), results(tmp_path / "here")
    assert without_links(now) == without_links(here)


def test_without_a_cluster_a_bucket_is_read_and_written_too(
    clips: Path, make_clip: MakeClip, how: How, tmp_path: Path, bucket: str
) -> None:
    many(make_clip, NAMES)
    put(clips, f"{bucket}/clips")
    run_here(clips, tmp_path / "here", how)
    for kept in (0, 6):
        assert run_there(f"{bucket}/clips", f"{bucket}/out", how).tally.kept == kept
        assert without_links(results_at(f"{bucket}/out")) == without_links(results(tmp_path / "here"))


def test_a_bucket_that_is_not_there_is_named_and_never_made(
    clips: Path, make_clip: MakeClip, storage: ObjectStorage, bucket: str
) -> None:
    make_clip("a.mp4")
    put(clips, f"{bucket}/clips")
    before = storage.buckets()
    ran = batch("s3://no-such-archive/clips", "--out", f"{bucket}/out")
    assert ran.exit_code == 2
    assert "s3://no-such-archive/clips cannot be listed: The specified bucket does not exist" in ran.stderr
    ran = batch(f"{bucket}/clips", "--out", "s3://mistyped/out")
    assert ran.exit_code == 2
    assert "Nothing can be written to s3://mistyped/out: there is no such bucket." in ran.stderr
    with pytest.raises(FileNotFoundError):
        RemoteStore("s3://mistyped/out").write("clips.csv", b"")
    assert storage.buckets() == before
    assert "There is no file in the folder" in batch(f"{bucket}/clip", "--out", f"{bucket}/out").stderr
    assert results_at(f"{bucket}/out") == {}


def test_rights_that_are_missing_are_said_before_any_work(
    clips: Path, make_clip: MakeClip, storage: ObjectStorage, bucket: str
) -> None:
    make_clip("a.mp4")
    put(clips, f"{bucket}/clips")
    storage.look_at_keys(True)
    try:
        ran = batch(f"{bucket}/clips", "--out", f"{bucket}/out")
    finally:
        storage.look_at_keys(False)
    assert ran.exit_code == 2
    assert f"{bucket}/clips cannot be listed: The AWS Access Key Id you provided does not exist" in ran.stderr
    no_writing = storage.make_bucket(f"written-{uuid.uuid4().hex}")
    storage.forbid(no_writing, "s3:PutObject")
    ran = batch(f"{bucket}/clips", "--out", f"{no_writing}/out")
    assert ran.exit_code == 2
    assert f"written to {no_writing}/out:" in ran.stderr
    assert "Forbidden" in ran.stderr or "Access Denied" in ran.stderr
    storage.forbid(bucket, "s3:GetObject")
    ran = batch(f"{bucket}/clips", "--out", f"{no_writing}/out", "--dry-run")
    assert (ran.exit_code, "a.mp4 may not be read: " in ran.stderr) == (2, True), ran.stderr


def test_an_address_where_nobody_answers_is_said_before_any_work(
    clips: Path, make_clip: MakeClip, bucket: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from s3fs import S3FileSystem

    make_clip("a.mp4")
    with monkeypatch.context() as patched:
        patched.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
        patched.setenv("AWS_MAX_ATTEMPTS", "1")
        S3FileSystem.clear_instance_cache()
        read = batch("s3://archive/clips", "--out", str(tmp_path / "out"))
        written = batch(str(clips), "--out", "s3://archive/out")
    S3FileSystem.clear_instance_cache()
    assert (read.exit_code, written.exit_code) == (2, 2)
    assert "s3://archive/clips cannot be listed: EndpointConnectionError: Could not connect" in read.stderr
    assert "s3://archive/out may not be read: EndpointConnectionError: Could not connect" in written.stderr
    assert not (tmp_path / "out").exists()


def test_a_clip_that_a_table_names_and_one_that_is_lost_on_the_way(
    clips: Path, make_clip: MakeClip, how: How, bucket: str
) -> None:
    make_clip("a.mp4")
    make_clip("b.mp4", lips_mm=3.0)
    (clips / "study.csv").write_text("file\na.mp4\ngone.mp4\n")
    put(clips, bucket)
    ran = batch(f"{bucket}/study.csv", "--out", f"{bucket}/out")
    assert ran.exit_code == 2
    assert "study.csv names gone.mp4, and there is no such file" in ran.stderr
    plan = find_clips(bucket)
    system, path = reach(bucket)
    system.rm_file(f"{path}/b.mp4")
    with open_place(f"{bucket}/out") as store, LocalExecutor(store, workers=2) as executor:
        ended = run_batch(plan, store, executor, how=how)
    assert (ended.tally.done, ended.tally.failed, list(ended.unkept)) == (2, 1, ["b.mp4"])
    assert "b.mp4 may not be read" in str(ended.unkept["b.mp4"].reason)
    lost = plan.clips[1]
    with pytest.raises(InputError, match=r"b\.mp4 may not be read"):
        refuse_same_content([lost, lost])


def test_what_stands_for_a_folder_is_no_clip(
    clips: Path, make_clip: MakeClip, storage: ObjectStorage, bucket: str
) -> None:
    make_clip("v1/a.mp4")
    put(clips, f"{bucket}/clips")
    system, path = reach(bucket)
    for name in ("clips/", "clips/v1/", "clips/later.mp4/"):
        system.call_s3("put_object", Bucket=path, Key=name, Body=b"")
    plan = find_clips(f"{bucket}/clips", patterns=["*"])
    assert [clip.name for clip in plan.clips] == ["v1/a.mp4"]


def test_what_is_cut_off_while_it_is_written_is_not_there(bucket: str) -> None:
    store = RemoteStore(f"{bucket}/out")
    store.write("clips.csv", b"as it was")

    class CutError(Exception):
        pass

    def cut() -> None:
        with store.writing("clips.csv") as path:
            path.write_bytes(b"half of")
            raise CutError

    with pytest.raises(CutError):
        cut()
    assert store.read("clips.csv") == b"as it was"
