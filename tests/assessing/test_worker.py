"""What waits is assessed once, whatever becomes of the worker; and nothing plain is left where it worked."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest

from clinic_people import Clock, everything_on_disk
from made_tracks import made_tracks
from recordings import SAMPLES
from tdscreen.assessing import examination as one_job
from tdscreen.assessing import worker as in_worker
from tdscreen.assessing.worker import work
from tdscreen.errors import DataError, InputError
from tdscreen.records.assessments import estimates
from tdscreen.records.at_home import add_clip, agree, desk_of_invited
from tdscreen.records.clinic import Clinic, Desk
from tdscreen.records.clips import clips, destroy_video, import_clip, keep_tracks, open_clip, tracks
from tdscreen.records.database import BusyError
from tdscreen.records.entries import FileKind, Job, JobState, Patient
from tdscreen.records.examinations import add_examination
from tdscreen.records.invitations import invite
from tdscreen.records.jobs import enqueue, jobs, progress_of
from tdscreen.records.patients import delete_patient
from tdscreen.vocabulary import Task, Verdict

WAIT_S = 300.0
"""For a process on a machine that does much else."""


def run_once(clinic: Clinic, *, at_one_time: int = 1) -> list[str]:
    """Work until nothing waits, and give what was said of the work."""
    said: list[str] = []
    work(clinic, jobs=at_one_time, once=True, stop=threading.Event(), say=said.append)
    return [line for line in said if not line.startswith("Swept: ")]


def until(what: Callable[[], bool]) -> None:
    ends_s = time.monotonic() + WAIT_S
    while not what():
        assert time.monotonic() < ends_s, "it takes too long"
        time.sleep(0.05)


@pytest.fixture
def visit(desk: Desk, patient: Patient, clock: Clock) -> str:
    return add_examination(desk, patient.id, held_at=clock.time).id


@pytest.fixture
def waiting(desk: Desk, visit: str, new_clip: Callable[[str], Path]) -> Job:
    """Give a job of an examination with one clip."""
    import_clip(desk, visit, new_clip("one.mp4"), task=Task.REST)
    return enqueue(desk, visit)


def followed(desk: Desk, visit: str, source: Path) -> str:
    """Take in a clip whose landmarks are there already."""
    made = import_clip(desk, visit, source, task=Task.REST)
    keep_tracks(desk, made.id, replace(made_tracks(), file="x"))
    return made.id


def state_of(desk: Desk, job: Job) -> Job:
    return next(one for one in jobs(desk) if one.id == job.id)


@pytest.fixture
def start(
    clinic: Clinic, database: str, memory: Path, tmp_path: Path
) -> Callable[[], subprocess.Popen[bytes]]:
    """Give a function that starts a worker as a shell does."""
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join(sys.path),
        "TDSCREEN_CLINIC_KEY_FILE": str(tmp_path / "master.key"),
        "TDSCREEN_CLINIC_FOLDER": str(clinic.vault.folder),
        "TDSCREEN_CLINIC_DATABASE": database,
    }
    command = [sys.executable, "-m", "tdscreen", "clinic", "work"]
    return lambda: subprocess.Popen(command, env=environment, stderr=subprocess.PIPE)


def test_a_worker_that_is_stopped_or_killed_loses_nothing_and_leaves_nothing_plain(
    clinic: Clinic,
    desk: Desk,
    visit: str,
    start: Callable[[], subprocess.Popen[bytes]],
    memory: Path,
    clock: Clock,
) -> None:
    # The programs below have the time of day, and destroy what is due by it.
    clock.time = datetime.now(UTC)
    made = import_clip(desk, visit, SAMPLES / "rest.mp4", task=Task.REST)
    with open_clip(desk, made.id) as reader:
        plain = reader.read()
    job = enqueue(desk, visit)

    stopped = start()
    until(lambda: progress_of(desk, job.id)[1] > 0)
    assert len(list(memory.glob("*/*.video"))) == 1
    assert {oct(folder.stat().st_mode & 0o777) for folder in memory.iterdir()} == {"0o700"}
    stopped.send_signal(signal.SIGTERM)
    _, said = stopped.communicate(timeout=WAIT_S)
    assert stopped.returncode == 0, said
    assert (state_of(desk, job).state, state_of(desk, job).tries) == (JobState.WAITING, 0)
    assert list(memory.iterdir()) == []

    killed = start()
    until(lambda: progress_of(desk, job.id)[1] > 0)
    killed.kill()
    _, said = killed.communicate(timeout=WAIT_S)
    assert state_of(desk, job).state is JobState.RUNNING
    assert clips(desk, visit)[0].files[-1].kind is FileKind.VIDEO, "no landmarks are half there"
    assert len(list(memory.iterdir())) == 1, "what it had unpacked lies in memory until the next comes"

    clock.time = state_of(desk, job).taken_at + timedelta(hours=1)  # type: ignore[operator]
    said_now = run_once(clinic)
    assert said_now[0] == "Removed what a program that was killed had unpacked: 1 folder."
    assert list(memory.iterdir()) == []
    done = state_of(desk, job)
    assert (done.state, done.tries, done.reason) == (JobState.DONE, 2, "")
    (kept,) = estimates(desk, visit, before_rating=True)
    assert kept.assessment is not None
    (clip,) = kept.assessment.clips
    assert clip.file == "rest.mp4"
    assert clip.quality.verdict is not Verdict.UNUSABLE
    assert tracks(desk, made.id).timing.frames > 100
    assert clips(desk, visit)[0].files[0].due_at == kept.added_at + timedelta(days=30)

    stolen = everything_on_disk(clinic) + said + "\n".join(said_now).encode()
    pieces = [plain[at : at + 24] for at in range(1000, len(plain) - 24, len(plain) // 50)]
    assert [piece for piece in pieces if piece in stolen] == []
    assert b"rest.mp4" not in stolen
    assert b"tdscreen_tracks" not in stolen
    assert clinic.audit_problems() == []


def test_two_at_one_time_assess_each_examination_once(
    clinic: Clinic, desk: Desk, patient: Patient, memory: Path, new_clip: Callable[[str], Path], clock: Clock
) -> None:
    asked = []
    for n in range(4):
        clock.move(minutes=1)
        visit = add_examination(desk, patient.id, held_at=clock.time).id
        followed(desk, visit, new_clip(f"{n}.mp4"))
        asked.append(enqueue(desk, visit))
    run_once(clinic, at_one_time=2)
    assert [one.state for one in jobs(desk)] == [JobState.DONE] * 4
    assert [len(estimates(desk, one.examination, before_rating=True)) for one in asked] == [1] * 4


@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
class TestOnOneKindOfDatabase:
    """What does not depend on the kind of database."""

    def test_what_cannot_be_read_is_left_out_and_said(
        self,
        clinic: Clinic,
        desk: Desk,
        visit: str,
        memory: Path,
        new_clip: Callable[[str], Path],
        clock: Clock,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        followed(desk, visit, new_clip("one.mp4"))
        clock.move(seconds=1)
        import_clip(desk, visit, new_clip("two.mp4"), task=Task.REST)
        clock.move(seconds=1)
        gone = import_clip(desk, visit, new_clip("three.mp4"), task=Task.REST)
        job = enqueue(desk, visit)
        destroy_video(desk, gone.id)
        monkeypatch.setattr(one_job, "MEASURE", "measuring_doubles:refuse_to_measure")
        assert run_once(clinic)[-1] == f"Assessed {job.id}; a clip was left out."
        done = state_of(desk, job)
        assert done.state is JobState.DONE
        assert done.reason == (
            "two.mp4 is not a video that can be read here. three.mp4: its video was destroyed, or its time was "
            "over, before it was assessed."
        )
        (kept,) = estimates(desk, visit, before_rating=True)
        assert kept.assessment is not None
        assert [clip.file for clip in kept.assessment.clips] == ["one.mp4"]
        assert list(memory.iterdir()) == []

    def test_an_examination_of_which_nothing_can_be_read_fails_with_its_reason(
        self, clinic: Clinic, desk: Desk, waiting: Job, memory: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(one_job, "MEASURE", "measuring_doubles:refuse_to_measure")
        said = run_once(clinic)
        assert said[-1] == f"{waiting.id} failed."
        assert "one.mp4" not in "".join(said), "no names in what is printed"
        failed = state_of(desk, waiting)
        assert (failed.state, failed.tries) == (JobState.FAILED, 1), "another try changes nothing"
        assert failed.reason == "one.mp4 is not a video that can be read here."

    def test_a_clip_that_takes_its_process_down_is_tried_twice_and_then_left_out(
        self,
        clinic: Clinic,
        desk: Desk,
        visit: str,
        memory: Path,
        new_clip: Callable[[str], Path],
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        followed(desk, visit, new_clip("one.mp4"))
        import_clip(desk, visit, new_clip("two.mp4"), task=Task.REST)
        job = enqueue(desk, visit)
        monkeypatch.setattr(one_job, "MEASURE", "measuring_doubles:crash_while_measuring")
        assert [line.partition(job.id)[2] for line in run_once(clinic)] == [
            ", try 1.",
            " will be tried again.",
            ", try 2.",
            "; a clip was left out.",
        ]
        assert state_of(desk, job).reason.startswith("two.mp4: The program crashed while reading this clip.")
        assert list(memory.iterdir()) == []

    def test_a_clip_that_takes_too_long_is_ended(
        self, clinic: Clinic, desk: Desk, waiting: Job, memory: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(one_job, "MEASURE", "measuring_doubles:measure_for_ever")
        monkeypatch.setattr(one_job, "BATCH", replace(one_job.BATCH, clip_time_limit_s=0.5))
        run_once(clinic)
        assert "took longer than" in state_of(desk, waiting).reason

    def test_a_patient_who_is_deleted_meanwhile_ends_the_work(
        self, clinic: Clinic, desk: Desk, waiting: Job, memory: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(one_job, "MEASURE", "measuring_doubles:measure_for_ever")
        said: list[str] = []
        worker = threading.Thread(
            target=work, args=(clinic,), kwargs={"once": True, "stop": threading.Event(), "say": said.append}
        )
        worker.start()
        until(lambda: bool(list(memory.glob("*/*.video"))))
        delete_patient(clinic.desk("a1"), waiting.patient)
        worker.join(WAIT_S)
        assert said[-1] == f"{waiting.id} is another worker's by now, or its patient was deleted."
        assert list(memory.iterdir()) == []

    def test_a_full_disk_ends_the_job_and_not_the_worker(
        self, clinic: Clinic, desk: Desk, waiting: Job, memory: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def full(*_: object) -> None:
            raise OSError(errno.ENOSPC, "No space left on device")

        monkeypatch.setattr(one_job.shutil, "copyfileobj", full)
        assert run_once(clinic)[-1] == f"{waiting.id} failed."
        assert state_of(desk, waiting).reason.startswith("No space left on device. See to disk")
        assert list(memory.iterdir()) == []

    def test_without_room_in_memory_it_says_what_to_do(
        self, clinic: Clinic, desk: Desk, waiting: Job, memory: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        nothing = SimpleNamespace(free=0)
        monkeypatch.setattr("tdscreen.records.in_memory.shutil.disk_usage", lambda _: nothing)
        run_once(clinic)
        assert "Give it more memory" in state_of(desk, waiting).reason
        assert list(memory.iterdir()) == []

    def test_what_nobody_finished_is_measured_by_a_worker_that_looks_once(
        self,
        clinic: Clinic,
        desk: Desk,
        patient: Patient,
        memory: Path,
        new_clip: Callable[[str], Path],
        clock: Clock,
    ) -> None:
        begun = invite(desk, patient.id).id
        home = desk_of_invited(clinic, begun)
        agree(home, begun, version="1", language="en")
        recorded = {"slug": "rest", "take": 1, "sha256": "0" * 64}
        one = add_clip(home, begun, new_clip("one.mp4"), task=Task.REST, recorded=recorded)
        assert one.clip is not None
        keep_tracks(desk, one.clip, replace(made_tracks(), file="x"))
        clock.move(days=15)
        run_once(clinic)
        assert [job.state for job in jobs(desk)] == [JobState.DONE]

    @pytest.mark.parametrize(
        ("trouble", "again_s"),
        [
            (BusyError("It is busy."), 600.0),
            (OSError(errno.ENOSPC, "No space left on device"), 600.0),
            (InputError("It cannot be."), 86400.0),
            (DataError("The log is not as it was written."), 86400.0),
        ],
    )
    def test_trouble_with_what_is_due_is_said_and_ends_no_work(
        self,
        clinic: Clinic,
        desk: Desk,
        visit: str,
        memory: Path,
        new_clip: Callable[[str], Path],
        trouble: Exception,
        again_s: float,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        def sweep(_: Clinic) -> None:
            raise trouble

        monkeypatch.setattr(in_worker, "sweep", sweep)
        followed(desk, visit, new_clip("one.mp4"))
        job = enqueue(desk, visit)
        said = run_once(clinic)
        assert said[0].startswith(str(trouble.args[-1]).rstrip("."))
        assert said[-1] == f"Assessed {job.id}."
        assert in_worker._sweep(clinic, said.append) == again_s
