"""Ratings: a person's, drafted, locked, changed only in the open, and signed."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from tdscreen.errors import InputError
from tdscreen.records.as_they_stand import read_scores, signed_as_they_stand
from tdscreen.records.assessments import was_shown
from tdscreen.records.clinic import Desk, Work
from tdscreen.records.entries import (
    Agreement,
    Rating,
    RatingChange,
    Scores,
    SignOff,
)
from tdscreen.records.examinations import living_examination
from tdscreen.records.patients import living_patient
from tdscreen.records.roles import Act
from tdscreen.records.scope import Row
from tdscreen.records.tables import RATING_CHANGES, RATINGS, SIGN_OFFS
from tdscreen.records.times import read_optional_time, read_time
from tdscreen.records.vault import new_id
from tdscreen.records.video_dates import let_videos_go
from tdscreen.research.ratings import AIMS_ITEMS, check_scores

_KIND = "rating"


def save_draft(
    desk: Desk, examination: str, scores: Scores, *, known: datetime | None = None, again: bool = False
) -> Rating:
    """Save a draft of the person's rating of an examination: a new one, or over the person's draft that is there.

    Parameters
    ----------
    desk : Desk
    examination : str
    scores : Scores
    known : datetime, optional
        What was saved until then is known to whoever saves, and may be replaced. By default whatever is there.
    again : bool
        The person means to rate the examination once more, besides what is locked.

    Raises
    ------
    InputError
        This site has no such examination, or the scores are not the AIMS's, or the draft was saved after ``known``, or
        the person's rating is locked and this is not said to be another.
    """
    check_scores(scores.scores, scores.reasons, whose="The rating")
    with desk.at_work(Act.RATE) as work:
        patient = living_examination(work.scope, examination)["patient_id"]
        own = work.scope.rows(RATINGS, examination_id=examination, rater=work.who)
        drafts = [row for row in own if row["locked_at"] is None]
        if drafts:
            _check_known(drafts[0], known)
        elif own and not again:
            # As from a second tab that was left open: it would begin another rating, after the estimate was seen.
            raise InputError("Your rating of this examination is locked already. Load this page again.")
        rating = drafts[0]["id"] if drafts else new_id()
        sealed = work.seal(patient, rating, _written(scores))
        if drafts:
            work.scope.change(RATINGS, rating, sealed=sealed, saved_at=work.time)
        else:
            work.scope.add(
                RATINGS,
                id=rating,
                patient_id=patient,
                examination_id=examination,
                rater=work.who,
                sealed=sealed,
                begun_at=work.time,
                saved_at=work.time,
            )
        work.log("saved draft of", _KIND, rating)
        return _rating(work, work.scope.row(RATINGS, rating))


def lock_rating(desk: Desk, rating: str, *, known: datetime | None = None) -> Rating:
    """Lock one's own draft: from here on it stays as it is, and the estimate may be seen.

    Parameters
    ----------
    desk : Desk
    rating : str
    known : datetime, optional
        What was saved until then is known to whoever locks it. By default whatever is there.

    Raises
    ------
    InputError
        It is another's, or locked already, or says nothing of an item: neither a score nor why there is none; or it was
        saved after ``known``.
    """
    with desk.at_work(Act.RATE) as work:
        row = _own(work, rating)
        if row["locked_at"] is not None:
            raise InputError("This rating is locked already. A change is kept beside it.")
        _check_known(row, known)
        scores = read_scores(work.unseal(row["patient_id"], rating, row["sealed"]))
        _check_complete(scores)
        seen = was_shown(work, row["examination_id"], work.who)
        work.scope.change(RATINGS, rating, locked_at=work.time, estimate_seen=seen)
        work.log("locked", _KIND, rating)
        return _rating(work, work.scope.row(RATINGS, rating))


def change_rating(desk: Desk, rating: str, scores: Scores, *, why: str) -> Rating:
    """Change one's own locked rating: what was locked stays, and the change is kept beside it.

    Raises
    ------
    InputError
        It is another's, or not locked, or the scores are not complete, or nobody says why.
    """
    check_scores(scores.scores, scores.reasons, whose="The rating")
    _check_complete(scores)
    if not why.strip():
        raise InputError("Say why the rating is changed.")
    with desk.at_work(Act.RATE) as work:
        row = _own(work, rating)
        if row["locked_at"] is None:
            raise InputError("This rating is a draft. Save the draft, and lock it.")
        change = new_id()
        work.scope.add(
            RATING_CHANGES,
            id=change,
            patient_id=row["patient_id"],
            rating_id=rating,
            changed_by=work.who,
            sealed=work.seal(row["patient_id"], change, {**_written(scores), "why": why}),
            changed_at=work.time,
        )
        work.log("changed", _KIND, rating)
        # It may be what was signed again.
        let_videos_go(work, row["examination_id"])
        return _rating(work, row)


def ratings(desk: Desk, examination: str) -> list[Rating]:
    """Give what may be seen of the ratings of an examination, oldest first.

    Until a person who may rate has locked a rating, the person sees none of another's: two who rate the same do not
    know of each other's scores. Nobody sees another's draft.
    """
    with desk.at_work(Act.SEE_FINDINGS) as work:
        return ratings_shown(work, examination)


def ratings_shown(work: Work, examination: str) -> list[Rating]:
    """Give the ratings of an examination within a piece of work; see :func:`ratings`."""
    living_examination(work.scope, examination)
    found = [_rating(work, row) for row in _may_see(work, examination)]
    work.log("saw", "ratings of examination", examination)
    return found


def sign(
    desk: Desk, rating: str, *, agreement: Agreement, comment: str = "", as_seen: Scores | None = None
) -> SignOff:
    """Sign a locked rating, as it stands. The videos that it is of go if it was the last that had to be signed.

    Parameters
    ----------
    desk : Desk
    rating : str
    agreement : Agreement
        With the estimate.
    comment : str
    as_seen : Scores, optional
        What the person was shown of it. By default as it stands.

    Raises
    ------
    InputError
        This site has no such rating, or it is a draft, or the person may not see it yet, or has signed it as it stands,
        or it does not stand as the person was shown it.
    """
    sign_off = new_id()
    with desk.at_work(Act.RATE) as work:
        row = work.scope.row(RATINGS, rating)
        patient, examination = row["patient_id"], row["examination_id"]
        living_patient(work.scope, patient)
        if row["locked_at"] is None:
            raise InputError("This rating is a draft. It can be signed once it is locked.")
        if agreement is not Agreement.NOT_SEEN and not was_shown(work, examination, work.who):
            raise InputError(
                "You have not seen the estimate of this examination, so that you cannot agree with it or differ."
            )
        if row["id"] not in {shown["id"] for shown in _may_see(work, examination)}:
            raise InputError("Others' ratings can be seen and signed once you have locked your own.")
        current = _rating(work, row).current
        if as_seen is not None and as_seen != current:
            raise InputError("This rating was changed meanwhile. Look at it as it is now, and sign then.")
        before = [
            read_sign_off(work, one)
            for one in work.scope.rows(SIGN_OFFS, order="signed_at", rating_id=rating)
        ]
        if any(one.signed_by == work.who and one.scores == current for one in before):
            raise InputError("You have signed this rating as it stands.")
        content = {**_written(current), "agreement": str(agreement), "remark": comment}
        work.scope.add(
            SIGN_OFFS,
            id=sign_off,
            patient_id=patient,
            examination_id=examination,
            rating_id=rating,
            signed_by=work.who,
            sealed=work.seal(patient, sign_off, content),
            signed_at=work.time,
        )
        work.log("signed", _KIND, rating)
        let_videos_go(work, examination)
        return read_sign_off(work, work.scope.row(SIGN_OFFS, sign_off))


def sign_offs(desk: Desk, examination: str) -> list[SignOff]:
    """Give the signatures under what :func:`ratings` shows, oldest first. Without one a result is a draft."""
    with desk.at_work(Act.SEE_FINDINGS) as work:
        return sign_offs_shown(work, examination)


def sign_offs_shown(work: Work, examination: str) -> list[SignOff]:
    """Give the signatures of an examination within a piece of work; see :func:`sign_offs`."""
    living_examination(work.scope, examination)
    visible = {row["id"] for row in _may_see(work, examination)}
    rows = work.scope.rows(SIGN_OFFS, order="signed_at", examination_id=examination)
    # A signature holds the scores that it stands under.
    found = [read_sign_off(work, row) for row in rows if row["rating_id"] in visible]
    work.log("saw", "signatures of examination", examination)
    return found


def signed(desk: Desk, examination: str) -> frozenset[str]:
    """Name those of the ratings that :func:`ratings` shows which somebody has signed as they stand."""
    with desk.at_work(Act.SEE_FINDINGS) as work:
        living_examination(work.scope, examination)
        work.log("saw", "signatures of examination", examination)
        return signed_as_they_stand(work, examination) & {row["id"] for row in _may_see(work, examination)}


def _may_see(work: Work, examination: str) -> list[Row]:
    rows = work.scope.rows(RATINGS, order="begun_at", examination_id=examination)
    has_rated = not work.may(Act.RATE) or any(
        row["rater"] == work.who and row["locked_at"] is not None for row in rows
    )
    return [row for row in rows if row["rater"] == work.who or (has_rated and row["locked_at"] is not None)]


def _check_known(row: Row, known: datetime | None) -> None:
    saved_at = read_time(row["saved_at"])
    if known is not None and saved_at > known:
        raise InputError(
            "This draft was changed elsewhere meanwhile, as in another tab. Load this page again to go on from there."
        )


def _own(work: Work, rating: str) -> Row:
    row = work.scope.row(RATINGS, rating)
    living_patient(work.scope, row["patient_id"])
    if row["rater"] != work.who:
        raise InputError("This rating is another person's. Only who rated can lock or change it.")
    return row


def _rating(work: Work, row: Row) -> Rating:
    scores = _shown(work, work.unseal(row["patient_id"], row["id"], row["sealed"]))
    changes = []
    for change in work.scope.rows(RATING_CHANGES, order="changed_at", rating_id=row["id"]):
        said = work.unseal(row["patient_id"], change["id"], change["sealed"])
        changes.append(
            RatingChange(
                change["id"],
                _shown(work, said),
                work.note(said["why"]),
                read_time(change["changed_at"]),
                change["changed_by"],
            )
        )
    is_locked = row["locked_at"] is not None
    return Rating(
        id=row["id"],
        patient=row["patient_id"],
        examination=row["examination_id"],
        rater=row["rater"],
        locked=scores if is_locked else None,
        draft=None if is_locked else scores,
        begun_at=read_time(row["begun_at"]),
        saved_at=read_time(row["saved_at"]),
        locked_at=read_optional_time(row["locked_at"]),
        estimate_seen=row["estimate_seen"],
        changes=tuple(changes),
    )


def current_scores(work: Work, rating: str) -> Scores:
    """Give the scores of a rating as it stands."""
    return _rating(work, work.scope.row(RATINGS, rating)).current


def read_sign_off(work: Work, row: Row) -> SignOff:
    """Read a row of a signature."""
    said = work.unseal(row["patient_id"], row["id"], row["sealed"])
    return SignOff(
        id=row["id"],
        patient=row["patient_id"],
        examination=row["examination_id"],
        rating=row["rating_id"],
        signed_by=row["signed_by"],
        signed_at=read_time(row["signed_at"]),
        scores=_shown(work, said),
        agreement=Agreement(said["agreement"]),
        comment=work.note(said["remark"]),
        # Signatures from before there were summaries say nothing of one.
        released_at=None if said.get("released") is None else read_time(said["released"]["at"]),
    )


def _check_complete(scores: Scores) -> None:
    missing = [
        str(number)
        for number in range(1, len(AIMS_ITEMS) + 1)
        if number not in scores.scores and not scores.reasons.get(number, "").strip()
    ]
    if missing:
        raise InputError(
            f"Rate these items, or say why they could not be rated: {', '.join(missing)}. Nothing that was not seen "
            "counts as absent."
        )


def _written(scores: Scores) -> dict[str, Any]:
    # JSON knows only text as a key.
    return {
        "scores": {str(number): score for number, score in scores.scores.items()},
        "reasons": {str(number): reason for number, reason in scores.reasons.items()},
        "comment": scores.comment,
        "activation": None if scores.activation is None else str(scores.activation),
    }


def _shown(work: Work, said: dict[str, Any]) -> Scores:
    scores = read_scores(said)
    reasons = {number: work.note(reason) for number, reason in scores.reasons.items()}
    return replace(scores, reasons=reasons, comment=work.note(scores.comment))
