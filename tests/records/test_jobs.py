"""Examinations wait to be assessed, are taken by one worker each, and are never lost."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from clinic_people import NAME, Clock
from tdscreen.assessment.assessment import Assessment
from tdscreen.errors import InputError
from tdscreen.records.assessments import estimates
from tdscreen.records.clinic import Clinic, Desk
from tdscreen.records.clips import destroy_video, import_clip
from tdscreen.records.database import writing
from tdscreen.records.entries import Examination, JobState, PatientDetails
from tdscreen.records.examinations import add_examination
from tdscreen.records.jobs import enqueue, fail, finish, give_back, jobs, progress_of, take, tell_progress
from tdscreen.records.patients import add_patient, delete_patient
from tdscreen.records.tables import JOBS
from tdscreen.vocabulary import Task


@pytest.fixture
def filmed(desk: Desk, examination: Examination, sounding_clip: Path) -> Examination:
    """Give an examination with a clip."""
    import_clip(desk, examination.id, sounding_clip, task=Task.REST)
    return examination


def test_a_job_goes_its_way_from_asked_to_done(
    clinic: Clinic, desk: Desk, filmed: Examination, some_assessment: Assessment, clock: Clock
) -> None:
    asked = enqueue(desk, filmed.id)
    assert (asked.state, asked.progress, asked.tries, asked.added_by) == (JobState.WAITING, 0.0, 0, "r1")
    clock.move(minutes=1)
    assert enqueue(desk, filmed.id) == asked, "asking again gives the same"
    taken = take(clinic, "one")
    assert taken is not None
    assert (taken.id, taken.state, taken.tries, taken.worker) == (asked.id, JobState.RUNNING, 1, "one")
    assert taken.taken_at == clock.time
    assert take(clinic, "two") is None
    assert enqueue(desk, filmed.id).id == asked.id
    before = clinic.head()
    tell_progress(clinic, taken, 0.25)
    assert progress_of(desk, asked.id) == (JobState.RUNNING, 0.25)
    assert clinic.head() == before, "signs of life are no entries"
    done = finish(clinic, taken, some_assessment)
    assert (done.state, done.progress, done.ended_at) == (JobState.DONE, 1.0, clock.time)
    assert jobs(desk, examination=filmed.id) == [done]
    assert jobs(desk, state=JobState.WAITING) == []
    (kept,) = estimates(desk, filmed.id, before_rating=True)
    assert kept.assessment == some_assessment
    assert enqueue(desk, filmed.id).id != asked.id, "what is done can be asked for anew"
    assert {entry.who for entry in clinic.audit_entries() if entry.what in ("took", "finished")} == {"worker"}


def test_two_workers_never_take_the_same(
    clinic: Clinic, desk: Desk, sounding_clip: Path, clock: Clock, tmp_path: Path
) -> None:
    for n in range(6):
        patient = add_patient(desk, PatientDetails(f"p{n}"))
        visit = add_examination(desk, patient.id, held_at=clock.time)
        copy = tmp_path / f"{n}.mp4"
        copy.write_bytes(sounding_clip.read_bytes() + bytes(n))
        import_clip(desk, visit.id, copy, task=Task.REST)
        clock.move(seconds=1)
        enqueue(desk, visit.id)
    with ThreadPoolExecutor(8) as pool:
        taken = list(pool.map(lambda worker: take(clinic, f"worker {worker}"), range(8)))
    ids = [job.id for job in taken if job is not None]
    assert len(ids) == len(set(ids)) == 6
    assert clinic.audit_problems() == []


def test_who_has_waited_longest_is_first_whatever_the_site(
    clinic: Clinic, desk: Desk, filmed: Examination, sounding_clip: Path, clock: Clock
) -> None:
    elsewhere = clinic.desk("s1")
    other = add_examination(elsewhere, add_patient(elsewhere, PatientDetails("x")).id, held_at=clock.time)
    import_clip(elsewhere, other.id, sounding_clip, task=Task.REST)
    enqueue(elsewhere, other.id)
    clock.move(seconds=1)
    enqueue(desk, filmed.id)
    assert [job.examination for _ in range(2) if (job := take(clinic, "one"))] == [other.id, filmed.id]
    assert [job.examination for job in jobs(elsewhere)] == [other.id], "nobody sees another site's"
    with pytest.raises(InputError, match="of this site"):
        progress_of(elsewhere, jobs(desk)[0].id)


def test_a_worker_that_died_loses_its_job_to_another_and_after_two_tries_it_says_why(
    clinic: Clinic, desk: Desk, filmed: Examination, some_assessment: Assessment, clock: Clock
) -> None:
    enqueue(desk, filmed.id)
    first = take(clinic, "one")
    assert first is not None
    clock.move(seconds=59)
    tell_progress(clinic, first, 0.5)
    clock.move(seconds=59)
    assert take(clinic, "two") is None, "it still lives"
    clock.move(seconds=2)
    second = take(clinic, "two")
    assert second is not None
    assert (second.id, second.tries, second.progress) == (first.id, 2, 0.0)
    for late in (
        lambda: tell_progress(clinic, first, 0.9),
        lambda: finish(clinic, first, some_assessment),
        lambda: fail(clinic, first, "x"),
        lambda: give_back(clinic, first),
    ):
        with pytest.raises(InputError, match="another worker's"):
            late()
    assert estimates(desk, filmed.id, before_rating=True) == []
    clock.move(seconds=61)
    assert take(clinic, "three") is None
    (failed,) = jobs(desk)
    assert failed.state is JobState.FAILED
    assert "was ended 2 times before it was done" in failed.reason
    assert enqueue(desk, filmed.id).id != failed.id


def test_a_job_that_may_go_better_is_tried_once_more_and_one_given_back_costs_no_try(
    clinic: Clinic, desk: Desk, filmed: Examination
) -> None:
    enqueue(desk, filmed.id)
    for _ in range(3):
        taken = take(clinic, "one")
        assert taken is not None
        assert taken.tries == 1
        assert give_back(clinic, taken).state is JobState.WAITING
    taken = take(clinic, "one")
    assert taken is not None
    assert fail(clinic, taken, "It crashed.", may_help=True).state is JobState.WAITING
    taken = take(clinic, "one")
    assert taken is not None
    reason = f"{NAME}.mp4 crashed."
    failed = fail(clinic, taken, reason, may_help=True)
    assert (failed.state, failed.tries, failed.reason) == (JobState.FAILED, 2, reason)
    with writing(clinic.engine) as connection:
        (row,) = connection.execute(JOBS.select()).mappings()
    assert NAME not in repr(dict(row)), "the reason is sealed"


def test_what_has_no_clip_or_nothing_left_of_it_is_not_asked_for(
    desk: Desk, examination: Examination, sounding_clip: Path
) -> None:
    with pytest.raises(InputError, match="no clip of this examination"):
        enqueue(desk, examination.id)
    clip = import_clip(desk, examination.id, sounding_clip, task=Task.REST)
    destroy_video(desk, clip.id)
    with pytest.raises(InputError, match="nothing is left to assess"):
        enqueue(desk, examination.id)


def test_a_patient_who_is_deleted_takes_the_job_along(
    clinic: Clinic, desk: Desk, filmed: Examination, some_assessment: Assessment
) -> None:
    enqueue(desk, filmed.id)
    taken = take(clinic, "one")
    assert taken is not None
    delete_patient(clinic.desk("a1"), filmed.patient)
    with pytest.raises(InputError, match="is gone"):
        tell_progress(clinic, taken, 0.5)
    with pytest.raises(InputError, match="is gone"):
        finish(clinic, taken, some_assessment)
    assert take(clinic, "one") is None
    assert jobs(desk) == []
