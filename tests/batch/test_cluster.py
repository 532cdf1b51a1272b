"""A batch on a cluster: the same bytes as here, whatever becomes of the machines."""

from __future__ import annotations

import dataclasses
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest
from cluster import ROOT, Cluster, wait_until
from test_batch import results, rows

from tdscreen.batch import cluster as cluster_module
from tdscreen.batch.cluster import ClusterExecutor
from tdscreen.batch.discovery import find_clips
from tdscreen.batch.executor import LocalExecutor
from tdscreen.batch.results import write_results
from tdscreen.batch.run import Ended, Tally, run_batch
from tdscreen.batch.store import open_store
from tdscreen.batch.work import How, Job
from tdscreen.errors import InputError

MakeClip = Callable[..., Path]


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """Give a scheduler with three workers, or as many as a test left, and three again."""
    started = Cluster(tmp_path_factory.mktemp("cluster"))
    try:
        yield started
    finally:
        started.close()


def with_workers(cluster: Cluster, count: int) -> Cluster:
    cluster.start_workers(count - len(cluster.alive()))
    return cluster


def run(
    source: Path,
    out: Path,
    how: How,
    address: str | None,
    *,
    workers: int = 1,
    on_progress: Callable[[Tally], None] | None = None,
) -> Ended:
    plan = find_clips(source, by_folder=True)
    with open_store(out) as store:
        executor = (
            LocalExecutor(store, workers=2) if address is None else ClusterExecutor(store.folder, address)
        )
        with executor:
            if isinstance(executor, ClusterExecutor):
                wait_until(lambda: len(executor.workers()) >= workers, "the workers")
            ended = run_batch(plan, store, executor, how=how, on_progress=on_progress)
        write_results(plan, store, contents=ended.contents, unkept=ended.unkept, tracks=how.tracks)
    return ended


@pytest.mark.slow
def test_workers_killed_in_mid_run_change_no_byte_and_no_clip_is_a_row_twice(
    clips: Path, make_clip: MakeClip, how: How, tmp_path: Path, cluster: Cluster
) -> None:
    counted = tmp_path / "counted"
    names = [f"v{number // 3}/clip{number}.mp4" for number in range(14)]
    for number, name in enumerate(names):
        make_clip(name, lips_mm=1.0 + number / 5, wait_s=0.4, counted_in=str(counted))
    make_clip("letter.mp4", no_video=True)
    run(clips, tmp_path / "here", how, None)
    counted.unlink()
    with_workers(cluster, 3)
    killed: list[int] = []

    def kill(tally: Tally) -> None:
        if tally.done in (3, 7) and len(killed) < 2:
            # Two of three are lost with what they had in work, and one comes anew.
            victim = cluster.alive()[0]
            killed.append(victim.pid)
            cluster.kill(victim)
            if len(killed) == 2:
                cluster.start_workers(1)

    ended = run(clips, tmp_path / "there", how, cluster.address, workers=3, on_progress=kill)
    assert len(killed) == 2
    assert (ended.tally.done, ended.tally.failed) == (15, 1)
    assert set(counted.read_text().split()) == {Path(name).name for name in names}
    assert len(counted.read_text().split()) >= len(names)
    assert results(tmp_path / "there") == results(tmp_path / "here")
    assert sorted(str(row["file"]) for row in rows(tmp_path / "there", "clips")) == sorted(
        [*names, "letter.mp4"]
    )


def test_a_hostile_clip_takes_no_worker_with_it(
    clips: Path, make_clip: MakeClip, how: How, tmp_path: Path, cluster: Cluster
) -> None:
    make_clip("crash.mp4", crash=True)
    make_clip("memory.mp4", grab_memory=True)
    make_clip("slow.mp4", go_on=True)
    make_clip("well.mp4")
    before = [worker.pid for worker in with_workers(cluster, 2).alive()]
    ended = run(clips, tmp_path / "out", dataclasses.replace(how, time_limit_s=3.0), cluster.address)
    assert (ended.tally.done, ended.tally.failed) == (4, 3)
    assert [worker.pid for worker in cluster.alive()] == before
    failures = {row["file"]: row for row in rows(tmp_path / "out", "failures")}
    assert {row["attempts"] for row in failures.values()} == {2}
    assert "crashed" in str(failures["crash.mp4"]["reason"])


def test_no_more_is_handed_out_than_the_workers_hold(
    clips: Path, make_clip: MakeClip, how: How, tmp_path: Path, cluster: Cluster
) -> None:
    for number in range(30):
        make_clip(f"{number}.mp4", lips_mm=1.0 + number)
    held: list[int] = []

    class Counting(ClusterExecutor):
        def submit(self, job: Job) -> None:
            super().submit(job)
            held.append(len(self._jobs))

    with_workers(cluster, 2)
    plan = find_clips(clips)
    with open_store(tmp_path / "out") as store, Counting(store.folder, cluster.address) as executor:
        wait_until(lambda: len(executor.workers()) == len(cluster.alive()), "the workers")
        run_batch(plan, store, executor, how=how)
        assert max(held) == executor.capacity() == 2 * len(cluster.alive())


def test_stopped_the_workers_end_their_clips_and_what_was_done_is_kept(
    clips: Path, make_clip: MakeClip, how: How, tmp_path: Path, cluster: Cluster
) -> None:
    make_clip("a.mp4")
    make_clip("b.mp4", go_on=True)
    with_workers(cluster, 2)

    def stop(tally: Tally) -> None:
        if tally.done == 1:
            wait_until(in_work, "the other clip to be begun")
            raise KeyboardInterrupt

    def in_work() -> bool:
        return any(psutil.Process(worker.pid).children() for worker in cluster.alive())

    with pytest.raises(KeyboardInterrupt):
        run(clips, tmp_path / "out", how, cluster.address, on_progress=stop)
    wait_until(lambda: not in_work(), "the workers to end what they had in work")
    make_clip("b.mp4", lips_mm=3.0)
    ended = run(clips, tmp_path / "out", how, cluster.address)
    assert (ended.tally.kept, ended.tally.done, ended.tally.failed) == (1, 1, 0)


def test_workers_of_another_version_and_those_that_do_not_see_the_results_do_nothing(
    clips: Path,
    make_clip: MakeClip,
    how: How,
    tmp_path: Path,
    cluster: Cluster,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    make_clip("a.mp4")
    with_workers(cluster, 1)
    with monkeypatch.context() as patched:
        patched.setattr(cluster_module, "measurement_key", lambda: "of another version")
        with pytest.raises(InputError, match=r"another version.*tcp://127"):
            run(clips, tmp_path / "out", how, cluster.address)
    assert not (tmp_path / "out" / "measured").exists()
    (plan,) = find_clips(clips).clips
    with ClusterExecutor(str(tmp_path / "nowhere"), cluster.address) as executor:
        executor.submit(Job(plan, how))
        outcome = executor.next_outcome()
    assert outcome.stop
    assert "does not find the results" in str(outcome.reason)
    assert not (tmp_path / "nowhere").exists(), "a worker makes no place of its own, where nobody would look"


@pytest.mark.slow
def test_a_scheduler_that_is_not_there_or_goes_is_named(
    clips: Path, make_clip: MakeClip, how: How, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        cluster_module, "BATCH", dataclasses.replace(cluster_module.BATCH, connect_timeout_s=3.0)
    )
    make_clip("a.mp4", lips_mm=3.0)
    make_clip("b.mp4", go_on=True)
    with pytest.raises(InputError, match=r"No Dask scheduler answers at tcp://127\.0\.0\.1:9"):
        run(clips, tmp_path / "out", how, "tcp://127.0.0.1:9")
    (tmp_path / "own").mkdir()
    own = Cluster(tmp_path / "own", DASK_DISTRIBUTED__WORKER__RECONNECT="False")
    try:
        own.start_workers(2)

        def lose(tally: Tally) -> None:
            if tally.done == 1:
                own.scheduler.kill()

        with pytest.raises(InputError, match=r"is gone\. All that was done is kept"):
            run(clips, tmp_path / "out", how, own.address, workers=2, on_progress=lose)
    finally:
        own.close()
    make_clip("b.mp4")
    assert run(clips, tmp_path / "out", how, None).tally.kept == 1


@pytest.mark.slow
def test_the_command_does_a_real_clip_on_a_cluster_as_here(
    brief_clip: Path, tmp_path: Path, cluster: Cluster
) -> None:
    source = tmp_path / "real"
    source.mkdir()
    (source / "brief.mp4").symlink_to(brief_clip)
    with_workers(cluster, 1)

    def batch(out: str, *words: str) -> None:
        command = [
            sys.executable,
            "-m",
            "tdscreen",
            "batch",
            str(source),
            "--out",
            str(tmp_path / out),
            *words,
        ]
        ran = subprocess.run(
            command,
            env={**os.environ, "PYTHONPATH": str(ROOT / "src")},
            capture_output=True,
            text=True,
            check=False,
        )
        assert ran.returncode == 0, ran.stderr

    batch("here")
    batch("there", "--cluster", cluster.address)
    assert results(tmp_path / "there") == results(tmp_path / "here")
