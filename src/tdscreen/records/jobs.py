"""Examinations that wait to be assessed: asked for at a desk, taken by a worker, given back if the worker dies.

A worker holds a job for as long as it says so: each sign of life moves the end of its lease. A job whose lease has
ended is another's to take, up to :attr:`~tdscreen.settings.RecordsSettings.job_tries` times. All transactions at a
store run one after the other, so that no two workers take the same.
"""

from __future__ import annotations

from datetime import timedelta

from tdscreen.assessment.assessment import Assessment
from tdscreen.errors import InputError
from tdscreen.printing import counted
from tdscreen.records.assessments import keep_assessment
from tdscreen.records.clinic import WORKER, Clinic, Desk, Work
from tdscreen.records.database import writing
from tdscreen.records.entries import Job, JobState
from tdscreen.records.examinations import living_examination
from tdscreen.records.roles import Act
from tdscreen.records.scope import Row, Scope
from tdscreen.records.tables import CLIPS, EXAMINATIONS, FILES, JOBS, PATIENTS
from tdscreen.records.times import read_optional_time, read_time, written
from tdscreen.records.vault import new_id
from tdscreen.records.video_dates import bring_dates_forward, is_over, let_videos_go
from tdscreen.settings import RECORDS

_KIND = "job"
_DIED = (
    "The program that assessed this examination was ended {tries} before it was done. One of the clips may need "
    "more memory than there is, or be damaged. Look at the clips, and ask again."
)


class JobLostError(InputError):
    """A job is not this worker's any more: another has it, or its patient was deleted."""


def enqueue(desk: Desk, examination: str) -> Job:
    """Ask for an examination to be assessed. While it waits or is being assessed, asking again gives the same job.

    Raises
    ------
    InputError
        This site has no such examination, or none of its clips has a video or landmarks any more.
    """
    with desk.at_work(Act.ASK_FOR_ASSESSMENT) as work:
        living_examination(work.scope, examination)
        if not work.scope.rows(CLIPS, examination_id=examination):
            raise InputError("There is no clip of this examination. Add one first.")
        job = let_wait(work, examination, asked_by=work.answerable)
        if job is None:
            raise InputError(
                "The videos of this examination were destroyed or their time is over, and there are no landmarks of "
                "them: nothing is left to assess."
            )
        return _job(work, work.scope.row(JOBS, job))


def let_wait(work: Work, examination: str, *, asked_by: str) -> str | None:
    """Let an examination wait to be assessed, within a piece of work; see :func:`enqueue`.

    Returns
    -------
    str or None
        The job. None where neither a video nor landmarks are left.
    """
    open_jobs = [row for row in work.scope.rows(JOBS, examination_id=examination) if _is_open(row)]
    if not open_jobs and not _is_anything_left(work, examination):
        return None
    work.log("asked for assessment of", "examination", examination)
    if open_jobs:
        return str(open_jobs[0]["id"])
    job = new_id()
    work.scope.add(
        JOBS,
        id=job,
        patient_id=work.scope.row(EXAMINATIONS, examination)["patient_id"],
        examination_id=examination,
        state=str(JobState.WAITING),
        progress=0.0,
        tries=0,
        added_at=work.time,
        added_by=asked_by,
    )
    return job


def jobs(desk: Desk, *, examination: str | None = None, state: JobState | None = None) -> list[Job]:
    """Give the jobs of this site, oldest first.

    Parameters
    ----------
    desk : Desk
    examination : str, optional
        Of this one alone.
    state : JobState, optional
        In this state alone.
    """
    equal = {
        **({} if examination is None else {"examination_id": examination}),
        **({} if state is None else {"state": str(state)}),
    }
    with desk.at_work(Act.SEE_JOBS) as work:
        found = [_job(work, row) for row in _of_the_living(work.scope, **equal)]
        work.log("listed", _KIND, examination or "")
    return found


def progress_of(desk: Desk, job: str) -> tuple[JobState, float]:
    """Say where a job stands and how far it is, 0 to 1: for a page that asks every second, and in no log.

    Raises
    ------
    InputError
        This site has no such job.
    """
    with desk.at_a_glance(Act.SEE_JOBS) as scope:
        row = scope.row(JOBS, job)
    return JobState(row["state"]), row["progress"]


def take(clinic: Clinic, worker: str) -> Job | None:
    """Give a worker the job that has waited longest at any site; None if none waits.

    Parameters
    ----------
    clinic : Clinic
    worker : str
        Random name of the program that takes it, from :func:`tdscreen.records.vault.new_id`.
    """
    _give_back_what_ended(clinic)
    while waiting := _rows(clinic, JobState.WAITING):
        site, first = min(waiting, key=lambda found: (found[1]["added_at"], found[1]["id"]))
        with clinic.at_work(WORKER, site) as work:
            rows = work.scope.rows(JOBS, id=first["id"], state=str(JobState.WAITING))
            work.log("took" if rows else "looked for", _KIND, first["id"])
            if rows:
                work.scope.change(
                    JOBS,
                    first["id"],
                    state=str(JobState.RUNNING),
                    progress=0.0,
                    tries=first["tries"] + 1,
                    worker=worker,
                    lease_until=_lease(clinic),
                    taken_at=work.time,
                    ended_at=None,
                )
                return _job(work, work.scope.row(JOBS, first["id"]))
    return None


def tell_progress(clinic: Clinic, job: Job, progress: float) -> None:
    """Say how far a job is, and that its worker lives. It is in no log.

    Raises
    ------
    JobLostError
        The job is not this worker's any more.
    """
    with writing(clinic.engine) as connection:
        scope = Scope(connection, job.site)
        _check_held(scope, job)
        scope.change(JOBS, job.id, progress=progress, lease_until=_lease(clinic))


def finish(clinic: Clinic, job: Job, assessment: Assessment, *, left_out: str = "") -> Job:
    """Keep the assessment, and end the job: both or neither.

    Parameters
    ----------
    clinic : Clinic
    job : Job
    assessment : Assessment
    left_out : str
        Which clips could not be used, and why, in sentences.

    Raises
    ------
    JobLostError
        The job is not this worker's any more.
    """
    with clinic.at_work(WORKER, job.site) as work:
        _check_held(work.scope, job)
        keep_assessment(work, job.examination, assessment)
        work.log("finished", _KIND, job.id)
        return _ended(work, job, JobState.DONE, left_out, progress=1.0)


def fail(clinic: Clinic, job: Job, reason: str, *, may_help: bool = False) -> Job:
    """End a job that led to nothing, or let it wait for its next try.

    Parameters
    ----------
    clinic : Clinic
    job : Job
    reason : str
        A sentence that a person can act on.
    may_help : bool
        Another try may go better. After the last one it has failed all the same.

    Raises
    ------
    JobLostError
        The job is not this worker's any more.
    """
    with clinic.at_work(WORKER, job.site) as work:
        _check_held(work.scope, job)
        again = may_help and job.tries < RECORDS.job_tries
        work.log("will try again" if again else "failed", _KIND, job.id)
        if again:
            return _waiting(work, job.id)
        return _ended(work, job, JobState.FAILED, reason)


def give_back(clinic: Clinic, job: Job) -> Job:
    """Let a job wait again, because its worker has to stop; it does not count as a try.

    Raises
    ------
    JobLostError
        The job is not this worker's any more.
    """
    with clinic.at_work(WORKER, job.site) as work:
        _check_held(work.scope, job)
        work.log("gave back", _KIND, job.id)
        return _waiting(work, job.id, tries=job.tries - 1)


def _give_back_what_ended(clinic: Clinic) -> None:
    """Let jobs wait again whose workers have given no sign of life, or end them after their last try."""
    now = written(clinic.now())
    for site, row in _rows(clinic, JobState.RUNNING):
        if row["lease_until"] >= now:
            continue
        with clinic.at_work(WORKER, site) as work:
            rows = work.scope.rows(JOBS, id=row["id"], state=str(JobState.RUNNING))
            if not rows or rows[0]["lease_until"] >= now:
                work.log("looked for", _KIND, row["id"])
            elif row["tries"] < RECORDS.job_tries:
                work.log("gave back what was not finished", _KIND, row["id"])
                _waiting(work, row["id"])
            else:
                work.log("failed", _KIND, row["id"])
                reason = _DIED.format(tries=counted(row["tries"], "time"))
                _ended(work, _job(work, row), JobState.FAILED, reason)


def _rows(clinic: Clinic, state: JobState) -> list[tuple[str, Row]]:
    """Give the jobs of all sites in a state, and their sites; it tells nothing of a patient, and is in no log."""
    sites = clinic.sites()
    with writing(clinic.engine) as connection:
        return [
            (site, row) for site in sites for row in _of_the_living(Scope(connection, site), state=str(state))
        ]


def _of_the_living(scope: Scope, **equal: str) -> list[Row]:
    """Give jobs, but none of a patient who is being deleted: nothing of it can be read any more."""
    rows = scope.rows(JOBS, order="added_at", **equal)
    going = {row["id"] for row in scope.rows(PATIENTS) if row["deleting_at"] is not None} if rows else set()
    return [row for row in rows if row["patient_id"] not in going]


def _check_held(scope: Scope, job: Job) -> None:
    if not scope.rows(JOBS, id=job.id, state=str(JobState.RUNNING), worker=job.worker):
        raise JobLostError("This job is another worker's by now, or what it was of is gone.")


def _waiting(work: Work, job: str, **values: int) -> Job:
    work.scope.change(
        JOBS, job, state=str(JobState.WAITING), progress=0.0, worker=None, lease_until=None, **values
    )
    return _job(work, work.scope.row(JOBS, job))


def _ended(work: Work, job: Job, state: JobState, reason: str, **values: float) -> Job:
    sealed = work.seal(job.patient, job.id, reason) if reason else None
    work.scope.change(
        JOBS, job.id, state=str(state), sealed=sealed, lease_until=None, ended_at=work.time, **values
    )
    if state is JobState.FAILED:
        # An estimate that could not be made starts the same time as one that was.
        bring_dates_forward(work, job.examination, days=RECORDS.video_days)
    # What was signed meanwhile has waited for it.
    let_videos_go(work, job.examination)
    return _job(work, work.scope.row(JOBS, job.id))


def _lease(clinic: Clinic) -> str:
    return written(clinic.now() + timedelta(seconds=RECORDS.job_lease_s))


def _is_open(row: Row) -> bool:
    return row["state"] in (JobState.WAITING, JobState.RUNNING)


def _is_anything_left(work: Work, examination: str) -> bool:
    clips = work.scope.rows(CLIPS, examination_id=examination)
    return any(
        not is_over(file, work.now, kept=clip["keep_video"])
        for clip in clips
        for file in work.scope.rows(FILES, clip_id=clip["id"], destroyed_at=None)
    )


def _job(work: Work, row: Row) -> Job:
    sealed = row["sealed"]
    return Job(
        id=row["id"],
        site=work.scope.site,
        patient=row["patient_id"],
        examination=row["examination_id"],
        state=JobState(row["state"]),
        progress=row["progress"],
        tries=row["tries"],
        reason="" if sealed is None else work.unseal(row["patient_id"], row["id"], sealed),
        worker=row["worker"] or "",
        added_at=read_time(row["added_at"]),
        added_by=row["added_by"],
        taken_at=read_optional_time(row["taken_at"]),
        ended_at=read_optional_time(row["ended_at"]),
    )
