"""What the store gives out and takes in: frozen records, each with the identifiers of what it belongs to.

Identifiers (``id``, ``patient``, ``examination``...) are random and say nothing of a person. Times are in UTC.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from tdscreen.assessment.assessment import Assessment


class Sex(StrEnum):
    """As it is written in the record, or not."""

    FEMALE = "female"
    MALE = "male"
    OTHER = "other"
    UNKNOWN = "unknown"


class Role(StrEnum):
    """What somebody is at a clinic; what each may do stands in :mod:`tdscreen.records.roles`."""

    CLINICIAN = "clinician"
    RESEARCHER = "researcher"
    ADMINISTRATOR = "administrator"
    WORKER = "worker"
    """The program that assesses, and nobody of the staff."""
    PATIENT = "patient"
    """Whoever records at home by an invitation, and nobody of the staff: may add to one examination, and see none."""


class FileKind(StrEnum):
    """What a kept file holds."""

    VIDEO = "video"
    TRACKS = "tracks"


class Destroyed(StrEnum):
    """Why a file was destroyed."""

    RATED = "rated"
    DUE = "due"
    ASKED = "asked"


@dataclass(frozen=True)
class StaffMember:
    """Somebody who works at a site.

    Attributes
    ----------
    id : str
        Short and no name, as ``r1``: it stands in the audit log.
    site : str
    name : str
    role : Role
    retired_at : datetime or None
        From then on there is no desk for the person; None of who works.
    """

    id: str
    site: str
    name: str
    role: Role = Role.CLINICIAN
    retired_at: datetime | None = None


@dataclass(frozen=True)
class PatientDetails:
    """What is known of a patient.

    Attributes
    ----------
    identifier : str
        The clinic's own, or a name; nobody else has the same at this site.
    year_of_birth : int or None
    sex : Sex
    """

    identifier: str
    year_of_birth: int | None = None
    sex: Sex = Sex.UNKNOWN


class Risk(StrEnum):
    """What raises a patient's risk of tardive dyskinesia besides age and sex; see :mod:`tdscreen.course.due`."""

    MOOD_DISORDER = "a mood disorder"
    SUBSTANCE_USE = "a substance use disorder"
    INTELLECTUAL_DISABILITY = "an intellectual disability"
    INJURY = "an injury of the central nervous system"
    HIGH_EXPOSURE = "a high cumulative exposure to antipsychotics"


@dataclass(frozen=True)
class RiskStatement:
    """What somebody said of a patient's risk.

    Attributes
    ----------
    risks : tuple of Risk
        Empty: none of them applies.
    said_by : str
        Identifier of a person of the staff.
    said_at : datetime
    """

    risks: tuple[Risk, ...]
    said_by: str
    said_at: datetime


@dataclass(frozen=True)
class Patient:
    """A patient of a site.

    Attributes
    ----------
    id : str
        Random.
    details : PatientDetails
    added_at : datetime
    said_of_risk : tuple of RiskStatement
        Oldest first; the last one holds. Empty if nobody has said anything, or for who may not see findings.
    """

    id: str
    details: PatientDetails
    added_at: datetime
    said_of_risk: tuple[RiskStatement, ...] = ()


@dataclass(frozen=True)
class Person:
    """A patient without what tells who it is, for research.

    Attributes
    ----------
    id : str
        Random: that of the patient.
    year_of_birth : int or None
    sex : Sex
    """

    id: str
    year_of_birth: int | None
    sex: Sex


@dataclass(frozen=True)
class ExposureDetails:
    """A drug that a patient takes or took.

    Attributes
    ----------
    drug : str
    since : str
        As it is known: ``2019``, ``2019-05`` or ``2019-05-03``.
    dose : str
        With its unit: ``4 mg a day``.
    note : str
    """

    drug: str
    since: str = ""
    dose: str = ""
    note: str = ""


@dataclass(frozen=True)
class Exposure:
    """A drug that was noted, when, and by whom. A change of dose is another note."""

    id: str
    patient: str
    details: ExposureDetails
    added_at: datetime
    added_by: str


@dataclass(frozen=True)
class ExaminationDetails:
    """What moves the score within a day, and has to be asked at each examination.

    Attributes
    ----------
    gum : bool or None
        Something in the mouth; None if nobody asked.
    dentures : bool or None
        Worn during the examination.
    hours_slept : float or None
        In the night before.
    hours_since_dose, hours_since_cigarette : float or None
    note : str
    """

    gum: bool | None = None
    dentures: bool | None = None
    hours_slept: float | None = None
    hours_since_dose: float | None = None
    hours_since_cigarette: float | None = None
    note: str = ""


@dataclass(frozen=True)
class Examination:
    """One sitting of one patient."""

    id: str
    patient: str
    held_at: datetime
    details: ExaminationDetails
    added_at: datetime
    added_by: str


@dataclass(frozen=True)
class KeptFile:
    """A video or tracks, there or destroyed.

    Attributes
    ----------
    kind : FileKind
    size_bytes : int
        On disk, encrypted.
    due_at : datetime
        The last day on which it is there at the latest, but for a video of a clip with ``keep_video``.
    destroyed_at : datetime or None
        None while it is there.
    destroyed_because : Destroyed or None
    """

    id: str
    patient: str
    clip: str
    kind: FileKind
    size_bytes: int
    added_at: datetime
    due_at: datetime
    destroyed_at: datetime | None
    destroyed_because: Destroyed | None


@dataclass(frozen=True)
class Clip:
    """One recording of one task.

    Attributes
    ----------
    file_name : str
        As it was given; never used as a path.
    sha256 : str
        Of the file as it was given.
    task : str
        One of :class:`tdscreen.vocabulary.Task`.
    cut_short : bool
        The file that was given ended before its own structure did. What is kept does not show that any more.
    keep_video : bool
        The video is not destroyed for its age.
    files : tuple of KeptFile
    can_be_watched : bool
        The video is there, and its time is not over.
    signed : bool
        As many people as are required have signed a rating of it, as that stands.
    mirrored : bool
        The recording is a mirror image (a selfie view).
    """

    id: str
    patient: str
    examination: str
    file_name: str
    sha256: str
    task: str
    cut_short: bool
    keep_video: bool
    files: tuple[KeptFile, ...]
    added_at: datetime
    added_by: str
    can_be_watched: bool
    signed: bool
    mirrored: bool = False


@dataclass(frozen=True)
class Recording:
    """A clip without its name, for research.

    Attributes
    ----------
    id : str
        Random: that of the clip.
    task : str
    has_tracks : bool
        Its landmarks are there.
    """

    id: str
    patient: str
    examination: str
    task: str
    has_tracks: bool


@dataclass(frozen=True)
class StoredAssessment:
    """What tdscreen said of an examination, as it said it: an estimate, and never a rating.

    Attributes
    ----------
    assessment : Assessment or None
        None once it was destroyed.
    tdscreen, schema_version, model_sha256 : str
        By which it was made.
    document_sha256 : str
        Of the JSON document.
    due_at : datetime
        When it is to be destroyed.
    destroyed_at : datetime or None
    """

    id: str
    patient: str
    examination: str
    assessment: Assessment | None
    tdscreen: str
    schema_version: str
    model_sha256: str
    document_sha256: str
    added_at: datetime
    due_at: datetime
    destroyed_at: datetime | None


class Activation(StrEnum):
    """How a rater scores a movement that is seen only on activation, as while the fingers tap; raters differ."""

    ONE_LESS = "one_less"
    """The AIMS's own rule (Guy 1976)."""
    AS_SEEN = "as_seen"


MOVEMENT_ITEMS = range(1, 8)
"""Of the AIMS (Guy 1976): what is seen. Items 8 to 12 are judgements and questions."""


@dataclass(frozen=True)
class Scores:
    """What a person rated: the AIMS, items 1 to 12.

    Attributes
    ----------
    scores : mapping of int to int or bool
        0 to 4 for items 1 to 10, True or False for items 11 and 12. A draft may lack some.
    reasons : mapping of int to str
        Why an item was not rated.
    comment : str
    activation : Activation or None
        None where it was not recorded, as in ratings from before it was asked.
    """

    scores: Mapping[int, int | bool] = field(default_factory=dict)
    reasons: Mapping[int, str] = field(default_factory=dict)
    comment: str = ""
    activation: Activation | None = None


@dataclass(frozen=True)
class RatingChange:
    """What a rating was changed to after it was locked.

    Attributes
    ----------
    scores : Scores
        All of it, as it stands since.
    why : str
    """

    id: str
    scores: Scores
    why: str
    changed_at: datetime
    changed_by: str


@dataclass(frozen=True)
class Rating:
    """One person's rating of one examination.

    Attributes
    ----------
    rater : str
        Identifier of a person of the staff.
    locked : Scores or None
        As it was when it was locked, and stays; None of a draft.
    draft : Scores or None
        None of a locked one.
    locked_at : datetime or None
    estimate_seen : bool or None
        Whether the estimate had been shown to the rater before it was locked; None of a draft.
    changes : tuple of RatingChange
        After it was locked, in their order.
    """

    id: str
    patient: str
    examination: str
    rater: str
    locked: Scores | None
    draft: Scores | None
    begun_at: datetime
    saved_at: datetime
    locked_at: datetime | None
    estimate_seen: bool | None
    changes: tuple[RatingChange, ...]

    @property
    def current(self) -> Scores:
        """As it stands: the last change, or what was locked, or the draft."""
        if self.changes:
            return self.changes[-1].scores
        current = self.locked or self.draft
        assert current is not None
        return current


class Agreement(StrEnum):
    """What the person who signs says of the estimate."""

    AGREES = "agrees"
    DIFFERS = "differs"
    NOT_SEEN = "not_seen"


@dataclass(frozen=True)
class SignOff:
    """A person stands for a rating. A result without one is a draft.

    Attributes
    ----------
    scores : Scores
        What was signed; a change of the rating after that is not.
    released_at : datetime or None
        When who signed let the patient read a summary of it; None as long as the patient may not.
    """

    id: str
    patient: str
    examination: str
    rating: str
    signed_by: str
    signed_at: datetime
    scores: Scores
    agreement: Agreement
    comment: str
    released_at: datetime | None = None


class JobState(StrEnum):
    """Where a job stands."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True)
class Job:
    """An examination that is to be assessed, is being assessed, or was.

    Attributes
    ----------
    site : str
    state : JobState
    progress : float
        0 to 1, of the try that is running.
    tries : int
        Begun so far.
    reason : str
        Why it failed; of one that is done, which clips were left out and why. In sentences, or empty.
    worker : str
        Random name of the program that has or had it; empty if none.
    taken_at, ended_at : datetime or None
        Of the last try.
    """

    id: str
    site: str
    patient: str
    examination: str
    state: JobState
    progress: float
    tries: int
    reason: str
    worker: str
    added_at: datetime
    added_by: str
    taken_at: datetime | None
    ended_at: datetime | None


class MessageState(StrEnum):
    """How far a message to a record system is."""

    WAITING = "waiting"
    SENT = "sent"
    REFUSED = "refused"
    REPLACED = "replaced"
    """A newer one of the same examination was sent in its place."""


@dataclass(frozen=True)
class Message:
    """What waits for a record system, or was sent to it.

    Attributes
    ----------
    state : MessageState
    document : str or None
        What is sent; None once it was sent or replaced.
    tries : int
        How often it was sent, or is being sent.
    answer : str
        Why it was put off or refused; empty if it was not.
    next_at : datetime
        It is not sent before.
    ended_at : datetime or None
        When it was sent, refused or replaced.
    """

    id: str
    site: str
    patient: str
    examination: str
    state: MessageState
    document: str | None
    tries: int
    answer: str
    next_at: datetime
    added_at: datetime
    added_by: str
    ended_at: datetime | None


class InvitationState(StrEnum):
    """Whether an invitation to record at home still opens anything."""

    OPEN = "open"
    FINISHED = "finished"
    REVOKED = "revoked"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"
    """The patient had all of it deleted."""


@dataclass(frozen=True)
class Consent:
    """To which words somebody agreed, in which language, and when."""

    version: str
    language: str
    at: datetime


@dataclass(frozen=True)
class AtHomeAnswers:
    """What a patient answered before recording; None of what was left out.

    Attributes
    ----------
    gum, dentures : bool or None
    hours_slept, hours_since_dose : float or None
    incapacitated, aware : int or None
        Items 9 and 10 of the AIMS, 0 to 4, as the patient sees it.
    """

    gum: bool | None = None
    dentures: bool | None = None
    hours_slept: float | None = None
    hours_since_dose: float | None = None
    incapacitated: int | None = None
    aware: int | None = None


@dataclass(frozen=True)
class RecordedTask:
    """One task of a recording at home, done or left out.

    Attributes
    ----------
    slug : str
        Of the task, in :mod:`tdscreen.patientapp.tasks`.
    take : int
        From 1; 0 of no clip.
    skipped : str
        Why it was left out, or what else stands with it (:mod:`tdscreen.records.own_words`); empty if nothing does.
    sha256 : str
        Of the clip's bytes.
    mirrored : bool
        The clip is a mirror image.
    started_at : str
        When it began, by the phone's own clock (ISO 8601).
    prompts : tuple of (str, float)
        What was asked, and when, in seconds since the first picture of the clip.
    camera : mapping
        What the camera and the recorder were, as ``width``, ``height``, ``frameRate``, ``mimeType``.
    clip : str or None
        Its identifier in the store.
    """

    slug: str
    take: int
    skipped: str = ""
    sha256: str = ""
    mirrored: bool = False
    started_at: str = ""
    prompts: tuple[tuple[str, float], ...] = ()
    camera: Mapping[str, str | float] = field(default_factory=dict)
    clip: str | None = None


@dataclass(frozen=True)
class Invitation:
    """An invitation to record one examination at home, and what was recorded by it.

    Attributes
    ----------
    until : datetime
        It opens nothing after that.
    examination : str or None
        None until the first clip.
    consent : Consent or None
    answers : AtHomeAnswers or None
    programme : str
        Empty until it was chosen.
    tasks : tuple of RecordedTask
        In the order in which they came.
    """

    id: str
    patient: str
    state: InvitationState
    until: datetime
    added_at: datetime
    added_by: str
    finished_at: datetime | None
    examination: str | None
    consent: Consent | None
    answers: AtHomeAnswers | None
    programme: str
    tasks: tuple[RecordedTask, ...]


@dataclass(frozen=True)
class Look:
    """Somebody watched a video that was recorded at home.

    Attributes
    ----------
    at : datetime
    role : Role
        What that person is at the clinic.
    """

    at: datetime
    role: Role


@dataclass(frozen=True)
class Deletion:
    """What was there of a patient, and is gone.

    Attributes
    ----------
    patient : str
    rows : dict of str to int
        Removed, by table.
    files : int
        Destroyed, with the key of all.
    """

    patient: str
    rows: dict[str, int]
    files: int
