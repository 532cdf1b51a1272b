"""What the clinic's pages say: plain words for states and dates. An estimate is tdscreen's, a rating is a person's."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from tdscreen.assessment.plain import number
from tdscreen.printing import counted, day
from tdscreen.records.entries import (
    Agreement,
    Clip,
    Destroyed,
    ExaminationDetails,
    FileKind,
    KeptFile,
    Role,
    Sex,
)
from tdscreen.records.worklist import AtHome, ExaminationState, OwnRating
from tdscreen.settings import RECORDS

SEXES: dict[Sex, str] = {
    Sex.FEMALE: "female",
    Sex.MALE: "male",
    Sex.OTHER: "other",
    Sex.UNKNOWN: "not noted",
}
ROLES: dict[Role, str] = {
    Role.CLINICIAN: "clinician: adds, rates and signs",
    Role.RESEARCHER: "researcher: sees no names and no videos",
    Role.ADMINISTRATOR: "administrator: looks after staff and the log",
    Role.WORKER: "the program that assesses",
}
AGREEMENTS: dict[Agreement, str] = {
    Agreement.AGREES: "The estimate agrees with this rating",
    Agreement.DIFFERS: "The estimate differs from this rating",
    Agreement.NOT_SEEN: "Nobody compared it with an estimate",
}
OWN: dict[OwnRating, str] = {
    OwnRating.NONE: "you have not rated it",
    OwnRating.DRAFT: "your rating is a draft",
    OwnRating.LOCKED: "your rating is locked",
}
AT_HOME: dict[AtHome, str] = {
    AtHome.BEGUN: "being recorded at home",
    AtHome.FINISHED: "recorded at home",
}
_WHY: dict[Destroyed, str] = {
    Destroyed.RATED: "because the ratings that are required were signed",
    Destroyed.DUE: "because its time was over",
    Destroyed.ASKED: "because somebody asked for it",
}

RETENTION = (
    f"A video is destroyed as soon as {'one rating' if RECORDS.required_ratings == 1 else 'the required ratings'} of "
    f"it {'is' if RECORDS.required_ratings == 1 else 'are'} signed (an estimate that was asked for is waited for, "
    f"{RECORDS.signed_video_days} days at most), and at the latest {RECORDS.video_days} days after its estimate, or "
    f"after one that failed, and {RECORDS.unassessed_video_days} days after it came in. A rating is of the clips that "
    "were there when it was locked. After its day a video can no longer be watched, nor rated or estimated from. What "
    "was measured in it stays, with the landmarks. What nobody has rated stands on the worklist before. Sound is never "
    "kept."
)


def standing(state: ExaminationState) -> str:
    """Say in a line how far an examination has come."""
    parts = [
        counted(state.clips, "clip") if state.clips else "no clips yet",
        OWN[state.own],
        *([f"{counted(state.came_since, 'clip')} came in after it"] if state.came_since else []),
        "signed" if state.signed else "draft: nobody has signed",
        *([AT_HOME[state.at_home]] if state.at_home in AT_HOME else []),
        *([f"video until {day(state.unrated_until)}"] if state.unrated_until else []),
    ]
    return "; ".join(parts)


def video_of(clip: Clip) -> KeptFile:
    """Give the video of a clip, there or destroyed."""
    return next(file for file in clip.files if file.kind is FileKind.VIDEO)


def goes_soon(states: Iterable[ExaminationState], now: datetime) -> list[ExaminationState]:
    """Choose the examinations that have to be rated before long, since a video of theirs goes; the next first."""
    limit = now + timedelta(days=RECORDS.video_warning_days)
    found = [(one.unrated_until, one.examination, one) for one in states if one.unrated_until is not None]
    return [one for until, _, one in sorted(found) if until <= limit]


def retention(clip: Clip) -> str:
    """Say what becomes of a clip's video, or has become of it."""
    video = video_of(clip)
    if video.destroyed_at is not None and video.destroyed_because is not None:
        return (
            f"The video was destroyed on {day(video.destroyed_at)}, {_WHY[video.destroyed_because]}. It can no longer "
            "be watched or rated; what was measured in it is kept."
        )
    if clip.keep_video:
        return "The video is kept until somebody decides otherwise."
    if not clip.can_be_watched:
        return (
            f"The time of the video was over on {day(video.due_at)}: it can no longer be watched, and goes with the "
            "next daily sweep."
        )
    if clip.signed:
        return (
            "The ratings that are required are signed. The video is kept until the estimate that was asked for is "
            f"made, at the latest until {day(video.due_at)}."
        )
    return f"The video is kept until a rating of it is signed, at the latest until {day(video.due_at)}."


def asked(details: ExaminationDetails) -> list[str]:
    """Say what was asked about the day, and what was not."""
    return [
        f"Something in the mouth: {_yes_no(details.gum)}",
        f"Dentures worn: {_yes_no(details.dentures)}",
        f"Slept: {_hours(details.hours_slept)}",
        f"Since the last dose: {_hours(details.hours_since_dose)}",
        f"Since the last cigarette: {_hours(details.hours_since_cigarette)}",
    ]


def _yes_no(answer: bool | None) -> str:
    return "not asked" if answer is None else "yes" if answer else "no"


def _hours(hours: float | None) -> str:
    return "not asked" if hours is None else f"{number(hours, digits=1)} hours"
