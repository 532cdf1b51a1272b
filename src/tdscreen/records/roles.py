"""Who may do what at a clinic's store: one table, which the store itself asks before anything is done or shown."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from tdscreen.errors import InputError
from tdscreen.records.entries import Role

WITHHELD = "(a note, not shown to research)"
"""Stands where somebody wrote freely and may have named a person, for whom may not see who a patient is."""


class Act(StrEnum):
    """What can be done at a desk, in the words in which it is refused."""

    SEE_IDENTITIES = "see who a patient is"
    SEE_CLIPS = "see the names of clips"
    WATCH = "watch a video"
    SEE_FINDINGS = "see examinations and what was found"
    SEE_LANDMARKS = "see landmarks"
    SEE_NOTES = "see what was written freely"
    WRITE = "add or change patients or what was asked"
    RECORD = "add examinations or clips"
    RECORD_AT_HOME = "record by an invitation"
    WITHDRAW = "delete what was recorded by an invitation"
    INVITE = "invite a patient to record at home"
    KEEP_FINDINGS = "keep what was measured"
    RATE = "rate, change or sign a rating"
    RELEASE = "let a patient read a summary"
    ASK_FOR_ASSESSMENT = "ask for an assessment"
    SEE_JOBS = "see the assessments that are waiting"
    DECIDE_RETENTION = "decide how long a video is kept"
    REPORT = "give a report out"
    SEE_MESSAGES = "see what waits for the record system"
    EXPORT_TABLES = "give out tables for research"
    DELETE = "delete a patient"
    SEE_STAFF = "see who works here"
    MANAGE_STAFF = "add or retire staff"
    SEE_AUDIT_LOG = "see the audit log"


_C, _R, _A, _W, _P = Role.CLINICIAN, Role.RESEARCHER, Role.ADMINISTRATOR, Role.WORKER, Role.PATIENT
RULES: Mapping[Act, frozenset[Role]] = {
    act: frozenset(roles)
    for act, roles in {
        Act.SEE_IDENTITIES: (_C, _A),
        Act.SEE_CLIPS: (_C, _A, _W),
        Act.WATCH: (_C, _W),
        Act.SEE_FINDINGS: (_C, _R),
        Act.SEE_LANDMARKS: (_C, _R, _W),
        Act.SEE_NOTES: (_C,),
        Act.WRITE: (_C,),
        Act.RECORD: (_C, _P),
        Act.RECORD_AT_HOME: (_P,),
        Act.WITHDRAW: (_C, _P),
        Act.INVITE: (_C,),
        Act.KEEP_FINDINGS: (_C, _W),
        Act.RATE: (_C,),
        Act.RELEASE: (_C,),
        Act.ASK_FOR_ASSESSMENT: (_C,),
        Act.SEE_JOBS: (_C, _A),
        Act.DECIDE_RETENTION: (_C, _A),
        Act.REPORT: (_C,),
        Act.SEE_MESSAGES: (_C, _A),
        Act.EXPORT_TABLES: (_R,),
        Act.DELETE: (_A,),
        Act.SEE_STAFF: (_C, _A),
        Act.MANAGE_STAFF: (_A,),
        Act.SEE_AUDIT_LOG: (_A,),
    }.items()
}
"""Which roles each needs."""

_ARTICLE = {
    _C: "a clinician",
    _R: "a researcher",
    _A: "an administrator",
    _W: "the program that assesses",
    _P: "the patient",
}
NO_STAFF = frozenset({Role.WORKER, Role.PATIENT})
"""Roles of nobody who works here."""


def may(role: Role, act: Act) -> bool:
    """Tell whether a role allows an act."""
    return role in RULES[act]


def require(role: Role, act: Act) -> None:
    """Make sure that a role allows an act.

    Raises
    ------
    InputError
        It does not; the sentence says whose it is.
    """
    if not may(role, act):
        whose = " or ".join(_ARTICLE[one] for one in Role if one in RULES[act] and one not in NO_STAFF)
        raise InputError(f"To {act} is not for {_ARTICLE[role]}. Ask {whose}.")
