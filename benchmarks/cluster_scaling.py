"""How a batch on a cluster grows: workers on cores, what the scheduler takes a clip, and the memory of a million rows.

.. code-block:: text

    python benchmarks/cluster_scaling.py cores --clips 8       one worker on one core against two on two
    python benchmarks/cluster_scaling.py scheduler             clips that only take their time, 1 to 100 workers
    python benchmarks/cluster_scaling.py rows --rows 1000000   what the one who started it needs

Nothing else should run beside it. Needs the extra ``cluster`` and, to confine workers to cores, Linux.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from tdscreen.batch.cluster import ClusterExecutor
from tdscreen.batch.discovery import find_clips
from tdscreen.batch.plan import Plan, PlannedClip
from tdscreen.batch.results import write_results
from tdscreen.batch.run import Tally, run_batch
from tdscreen.batch.store import Store, open_store
from tdscreen.batch.versions import result_key
from tdscreen.batch.work import How, Job, Outcome, do_clip
from tdscreen.vocabulary import Task

ROOT = Path(__file__).resolve().parents[1]
SHORTENED = 100
"""A clip's time is made so many times shorter in the simulation."""


def main() -> None:
    """Measure what was asked for, and print it."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    commands = parser.add_subparsers(required=True)
    cores = commands.add_parser("cores")
    cores.add_argument("--clips", type=int, default=8)
    cores.add_argument("--source", type=Path, default=ROOT / "sample_videos")
    cores.set_defaults(run=lambda given: measure_cores(given.source, given.clips))
    scheduler = commands.add_parser("scheduler")
    scheduler.add_argument("--cost", type=float, default=10.0, help="Measured seconds of a clip on one core.")
    scheduler.add_argument("--clips", type=int, default=20_000, help="With 100 workers; fewer in proportion.")
    scheduler.add_argument("--workers", type=int, nargs="+", default=[1, 10, 100])
    scheduler.set_defaults(run=lambda given: simulate(given.workers, given.clips, given.cost))
    rows = commands.add_parser("rows")
    rows.add_argument("--rows", type=int, default=1_000_000)
    rows.set_defaults(run=lambda given: stream_rows(given.rows))
    given = parser.parse_args()
    given.run(given)


def measure_cores(source: Path, count: int) -> None:
    """Measure the same clips by one worker on one core and by two on two."""
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else float("nan")
    print(f"load of the machine before: {load:.1f}")
    with tempfile.TemporaryDirectory() as folder:
        clips = Path(folder, "clips")
        clips.mkdir()
        files = sorted(source.glob("*.mp4"))
        for number in range(count):
            # A box that says nothing makes a clip of other bytes and the same pictures, which is measured anew.
            box = (24).to_bytes(4, "big") + b"free" + number.to_bytes(16, "big")
            (clips / f"{number:03}.mp4").write_bytes(files[number % len(files)].read_bytes() + box)
        plan = find_clips(clips)
        times_s = [_time_on_cores(plan, Path(folder, f"on{n}"), n) for n in (1, 2)]
    (one_s, frames), (two_s, _) = times_s
    print(
        f"{count} clips of {frames} pictures: one worker on one core {one_s:.1f} s, two on two {two_s:.1f} s"
    )
    print(f"on one core {1000 * one_s / frames:.1f} ms a picture, starting and measuring included")
    print(f"efficiency {one_s / (2 * two_s):.3f}")


@contextlib.contextmanager
def _cluster(folder: Path) -> Iterator[tuple[str, Callable[..., subprocess.Popen[bytes]]]]:
    """Start a scheduler; give its address and what starts further processes, which end with it."""
    file = folder / "scheduler.json"
    quiet = {**os.environ, "PYTHONWARNINGS": "ignore", "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    begun: list[subprocess.Popen[bytes]] = []
    with (folder / "log").open("wb") as log:

        def start(*words: str) -> subprocess.Popen[bytes]:
            begun.append(subprocess.Popen(words, env=quiet, stdout=log, stderr=log))
            return begun[-1]

        try:
            start(
                sys.executable, "-m", "distributed.cli.dask_scheduler", "--host", "127.0.0.1", "--port", "0",
                "--no-dashboard", "--scheduler-file", str(file),
            )  # fmt: skip
            while not file.exists() or not file.read_text().endswith("}"):
                time.sleep(0.1)
            yield json.loads(file.read_text())["address"], start
        finally:
            for process in begun:
                process.kill()
                process.wait()


def _time_on_cores(plan: Plan, out: Path, workers: int) -> tuple[float, int]:
    """Start a scheduler and workers, each confined to a core of its own, and time the batch."""
    out.mkdir()
    with _cluster(out) as (address, start):
        for core in range(workers):
            start(
                "taskset", "--cpu-list", str(core), sys.executable, "-m", "distributed.cli.dask_worker", address,
                "--host", "127.0.0.1", "--nthreads", "1", "--no-nanny", "--no-dashboard",
                "--local-directory", str(out),
            )  # fmt: skip
        with open_store(out / "results") as store, ClusterExecutor(store.folder, address) as executor:
            while len(executor.workers()) < workers:
                time.sleep(0.1)
            begun_s = time.monotonic()
            ended = run_batch(plan, store, executor)
            took_s = time.monotonic() - begun_s
            assert ended.tally.failed == 0, "a clip failed"
            records = store.records(result_key(ended.contents[clip.name], clip) for clip in plan.clips)
            frames = sum(record["measurement"]["frames"] for record in records if record)
        return took_s, frames


def take_its_time(job: Job, folder: str, run: str, key: str) -> tuple[str, Outcome]:
    """Stand in for a clip: take the time that its size says, in microseconds, and measure nothing."""
    time.sleep(job.clip.size_bytes / 1e6)
    return "", Outcome(job, "0" * 64, measured=True)


WORKERS = """
import asyncio, sys
from distributed import Worker

async def work(address, count, folder):
    workers = [
        await Worker(address, nthreads=1, name=k, dashboard=False, local_directory=folder) for k in range(count)
    ]
    await asyncio.gather(*(one.finished() for one in workers))

if __name__ == "__main__":
    asyncio.run(work(sys.argv[1], int(sys.argv[2]), sys.argv[3]))
"""


def simulate(workers: list[int], clips: int, cost_s: float) -> None:
    """Measure what a clip takes besides its work, with clips that only take a hundredth of their time.

    The scheduler has a process of its own, all workers share another, and the one who started it is this one.
    """
    import psutil

    shortened_s = cost_s / SHORTENED
    print(
        f"a clip: {cost_s:g} s on one core, here {shortened_s:g} s; 2 cores for scheduler, workers and client"
    )
    print(f"load of the machine before: {os.getloadavg()[0]:.1f}")
    print("                                                  processor, ms a clip:")
    print("workers  clips   took, s  of it work, s  efficiency  scheduler  client  workers together")
    scheduler_s = 0.0
    for count in workers:
        these = max(100, clips * count // max(workers))
        with tempfile.TemporaryDirectory() as folder, _cluster(Path(folder)) as (address, start):
            program = Path(folder, "workers.py")
            program.write_text(WORKERS)
            hands = start(sys.executable, str(program), address, str(count), folder)
            with (
                open_store(Path(folder, "out")) as store,
                ClusterExecutor(store.folder, address, do=take_its_time) as executor,
            ):
                while len(executor.workers()) < count:
                    time.sleep(0.1)
                children = psutil.Process().children()
                (scheduler,) = [one for one in children if one.pid != hands.pid]
                plan = made_up_plan(these, size_bytes=round(shortened_s * 1e6))
                parts = (scheduler, psutil.Process(), psutil.Process(hands.pid))
                before = [_processor_s(one) for one in parts]
                begun_s = time.monotonic()
                run_batch(plan, store, executor)
                took_s = time.monotonic() - begun_s
                spent = [(_processor_s(one) - then) / these for one, then in zip(parts, before, strict=True)]
        work_s = these * shortened_s / count
        scheduler_s = spent[0]
        print(
            f"{count:7} {these:6} {took_s:9.1f} {work_s:14.1f} {work_s / took_s:11.2f} "
            f"{1000 * spent[0]:10.2f} {1000 * spent[1]:7.2f} {1000 * spent[2]:17.2f}",
            flush=True,
        )
    print(
        f"The scheduler takes {1000 * scheduler_s:.2f} ms of a processor a clip: with clips of {cost_s:g} s it keeps "
        f"{cost_s / scheduler_s:,.0f} workers busy;"
    )
    print(f"1,000 workers end a clip in every {cost_s:g} ms.")


def _processor_s(process: Any) -> float:
    times = process.cpu_times()
    spent: float = times.user + times.system
    return spent


def made_up_plan(count: int, *, size_bytes: int) -> Plan:
    """Return a plan of clips that are not there."""
    clips = (
        PlannedClip(
            name=f"site-{number // 10_000:03}/sub-{number:07}_ses-1_task-rest.mp4",
            path=f"/archive/site-{number // 10_000:03}/sub-{number:07}_ses-1_task-rest.mp4",
            size_bytes=size_bytes,
            modified_ns=number,
            task=Task.REST,
            examination=f"sub-{number:07}_ses-1",
            person=f"sub-{number:07}",
            session="ses-1",
        )
        for number in range(count)
    )
    return Plan("/archive", tuple(clips))


class OneRecord(Store):
    """A place of results in which every clip was measured with the same result."""

    record: dict[str, Any]

    def records(self, keys: Iterable[str | None]) -> Iterator[dict[str, Any] | None]:
        """Give it for each."""
        return (self.record for _ in keys)


class AtOnce:
    """An executor whose clips are done as soon as they are submitted."""

    def __init__(self) -> None:
        self._jobs: list[Job] = []

    def capacity(self) -> int:
        """Return what 1,000 workers hold."""
        return 2000

    def submit(self, job: Job) -> None:
        """Take a job."""
        self._jobs.append(job)

    def next_outcome(self) -> Outcome:
        """End one."""
        job = self._jobs.pop()
        return Outcome(job, f"{job.clip.modified_ns:064x}", measured=True)

    def __enter__(self) -> AtOnce:
        return self

    def __exit__(self, *_: object) -> None: ...


def stream_rows(count: int) -> None:
    """Write the tables of so many clips, and print the memory of this process as they grow."""
    with tempfile.TemporaryDirectory() as folder, open_store(Path(folder, "one")) as store:
        one = find_clips(ROOT / "sample_videos", patterns=["lips_1.5hz.mp4"])
        outcome = do_clip(Job(one.clips[0], How()), store)
        assert outcome.measured
        (path,) = Path(store.folder, "measured").rglob("*.json.gz")
        OneRecord.record = store.read_record(path.name.split(".")[0]) or {}
        print(f"a clip's record: {path.stat().st_size / 1000:.1f} kB")
        print(f"memory with everything imported: {_memory_mb():.0f} MB")
        plan = made_up_plan(count, size_bytes=20_000_000)
        print(f"with a plan of {count:,} clips: {_memory_mb():.0f} MB")
        many = OneRecord(str(Path(folder, "many")))
        Path(many.folder).mkdir()
        begun_s = time.monotonic()
        every = max(1, count // 10)

        def tell(tally: Tally) -> None:
            if tally.done and tally.done % every == 0:
                print(f"  {tally.done:>9,} outcomes  {_memory_mb():6.0f} MB", flush=True)

        ended = run_batch(plan, many, AtOnce(), on_progress=tell)
        print(f"{count:,} outcomes taken in {time.monotonic() - begun_s:.0f} s")
        begun_s = time.monotonic()
        given = 0

        def counted(keys: Iterable[str | None]) -> Iterator[dict[str, Any] | None]:
            nonlocal given
            for _ in keys:
                given += 1
                if given % every == 0:
                    print(f"  {given:>9,} rows      {_memory_mb():6.0f} MB", flush=True)
                yield OneRecord.record

        many.records = counted  # type: ignore[method-assign]
        write_results(plan, many, contents=ended.contents, unkept=ended.unkept)
        took_s = time.monotonic() - begun_s
        print(f"{count:,} rows written in {took_s:.0f} s, {1000 * took_s / count:.2f} ms each")


def _memory_mb() -> float:
    import psutil

    resident: int = psutil.Process().memory_info().rss
    return resident / 1e6


if __name__ == "__main__":
    main()
