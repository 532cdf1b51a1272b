"""What a window can ask and say: in JSON, each answer either what it asked for or the key of a sentence."""

from __future__ import annotations

import dataclasses
import logging
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import Route

from tdscreen.errors import InputError, TdscreenError
from tdscreen.patientapp import sending
from tdscreen.patientapp.consent import WORDINGS
from tdscreen.patientapp.entry import (
    COOKIE,
    PROBLEMS,
    guest_of,
    invitation_of,
    let_in,
    one_of,
    recording_of,
    said,
    short_body,
    window_of,
)
from tdscreen.patientapp.service import recorder
from tdscreen.patientapp.summary import plain_summary
from tdscreen.patientapp.tasks import Length, examination_tasks
from tdscreen.patientapp.words import languages
from tdscreen.records.at_home import NotInvitedError, agree, answer, finish, looks, skip_task, withdraw
from tdscreen.records.entries import AtHomeAnswers, Invitation, InvitationState
from tdscreen.records.own_words import UNWELL, UPSET
from tdscreen.records.releases import summary_for
from tdscreen.serving.uploading import RefusedError

log = logging.getLogger(__name__)

Answer = Callable[[Request], Awaitable[Response]]
_MODULES = Path(__file__).with_name("browser")
_MOST_HOURS = 24.0 * 14
REASONS = frozenset({"hurts", "cannot", "tired", "unclear", UNWELL, "no_reason", UPSET})
"""Why a task is left out: the entries of ``[skip]`` in the catalogues; and that one was upsetting."""


def answered(function: Answer) -> Answer:
    """Turn what went wrong into the key of a sentence that the page shows, and nothing else."""

    async def answer(request: Request) -> Response:
        try:
            return await function(request)
        except RefusedError as refused:
            return JSONResponse({"problem": str(refused)}, refused.status)
        except NotInvitedError as error:
            status, problem = PROBLEMS[error.state]
            return JSONResponse({"problem": problem}, status)
        except ClientDisconnect:
            # Nobody is there to read it.
            return JSONResponse({"problem": "error.network"}, 400)
        except OSError as error:
            # A disk or a memory that is full: the phone keeps what it has, and tries again.
            log.warning("A recording could not be kept: %s.", error.strerror)
            return JSONResponse({"problem": "error.disk_full"}, 507)
        except InputError:
            return JSONResponse({"problem": "error.not_stored"}, 409)
        except TdscreenError:
            return JSONResponse({"problem": "error.server"}, 500)

    return answer


async def enter(request: Request) -> Response:
    """Let a window in by the link's word, or by the cookie that its browser has."""
    message = await said(request)
    response = JSONResponse(None)
    invitation = let_in(message["word"], response) if "word" in message else invitation_of(request)
    found = await recording_of(invitation)
    # Who has agreed can look back and delete what there is, also after the last day.
    looks_back = found.state is InvitationState.EXPIRED and found.consent is not None
    if found.state not in (InvitationState.OPEN, InvitationState.FINISHED) and not looks_back:
        raise RefusedError(*PROBLEMS[found.state])
    window_of(request, invitation, take_over=message.get("take_over") is True)
    await run_in_threadpool(recorder().onlooker.begin)
    response.body = response.render(state_of(found))
    response.headers["content-length"] = str(len(response.body))
    return response


async def agreed(request: Request) -> Response:
    """Keep that the person has agreed."""
    guest = await guest_of(request)
    message = await said(request)
    language = one_of(message.get("language"), languages())
    # An older wording is agreed to where the page was open while the server was brought up to date.
    version = one_of(message.get("version"), WORDINGS)
    await run_in_threadpool(agree, guest.desk, guest.invitation, version=version, language=language)
    return JSONResponse({})


async def answers(request: Request) -> Response:
    """Keep what the person answered."""
    guest = await guest_of(request)
    message = await said(request)
    given = AtHomeAnswers(
        gum=_yes_no(message.get("gum")),
        dentures=_yes_no(message.get("dentures")),
        hours_slept=_hours(message.get("hours_slept"), 24.0),
        hours_since_dose=_hours(message.get("hours_since_dose"), _MOST_HOURS),
        incapacitated=_score(message.get("incapacitated")),
        aware=_score(message.get("aware")),
    )
    try:
        programme = Length(message.get("programme", ""))
    except ValueError as error:
        raise RefusedError(400, "error.not_stored") from error
    await run_in_threadpool(answer, guest.desk, guest.invitation, given, programme=str(programme))
    return JSONResponse({})


async def skipped(request: Request) -> Response:
    """Keep that a task was left out, and why."""
    guest = await guest_of(request)
    message = await said(request)
    slug, reason = one_of(message.get("slug"), sending.SLUGS), one_of(message.get("reason"), REASONS)
    await run_in_threadpool(skip_task, guest.desk, guest.invitation, slug=slug, reason=reason)
    return JSONResponse({})


async def finished(request: Request) -> Response:
    """End a recording; its clips wait to be assessed."""
    guest = await guest_of(request)
    here = recorder()
    await run_in_threadpool(here.checks.end, guest.invitation)
    found = await run_in_threadpool(finish, guest.desk, guest.invitation)
    await run_in_threadpool(here.forget, guest.invitation)
    response = JSONResponse(state_of(found))
    response.delete_cookie(COOKIE, path="/recording")
    return response


async def looked(request: Request) -> Response:
    """Say who has watched the videos."""
    guest = await guest_of(request)
    found = await run_in_threadpool(looks, guest.desk, guest.invitation)
    return JSONResponse([{"date": f"{one.at.astimezone():%Y-%m-%d}", "role": str(one.role)} for one in found])


async def summary(request: Request) -> Response:
    """Give what a clinician let the patient read, in words of a language; no part as long as there is nothing."""
    guest = await guest_of(request)
    language = one_of((await said(request)).get("language"), languages())
    found = await run_in_threadpool(summary_for, guest.desk, guest.invitation)
    parts = (
        ()
        if found is None
        else plain_summary(language, found.scores.scores, held_at=found.held_at, clinician=found.clinician)
    )
    return JSONResponse({"parts": [dataclasses.asdict(part) for part in parts]})


async def withdrawn(request: Request) -> Response:
    """Delete everything that was recorded."""
    guest = await guest_of(request)
    here = recorder()
    await run_in_threadpool(here.checks.end, guest.invitation)
    await run_in_threadpool(withdraw, guest.desk, guest.invitation)
    await run_in_threadpool(here.forget, guest.invitation)
    response = JSONResponse({})
    response.delete_cookie(COOKIE, path="/recording")
    return response


async def look(request: Request) -> Response:
    """Say what is wrong with the picture just now; nothing of it is kept."""
    here = recorder()
    invitation = invitation_of(request)
    window_of(request, invitation)
    picture = await short_body(request, here.settings.max_thumbnail_bytes)
    wanted = request.headers.get("x-needs", "")
    width = request.headers.get("x-width", "")
    hints = await run_in_threadpool(
        here.onlooker.look,
        picture,
        of=invitation,
        hands="hands" in wanted,
        mouth="mouth" in wanted,
        full_width_px=int(width) if width.isdecimal() and len(width) < 5 else 0,
    )
    return JSONResponse({"hints": hints})


async def checks(request: Request) -> Response:
    """Say which clips were checked, and what would be better another time."""
    return JSONResponse(recorder().checks.of(invitation_of(request)))


async def module(request: Request) -> Response:
    """Give one of the recorder's own scripts."""
    path = _MODULES / f"{request.path_params['name']}.js"
    # By the names of what is there, so that no name leads elsewhere.
    if path not in set(_MODULES.glob("*.js")):
        return JSONResponse({"problem": "error.unknown"}, 404)
    return FileResponse(path, media_type="text/javascript")


def state_of(found: Invitation) -> dict[str, Any]:
    """Give what a window needs to go on where the recording is; nothing that tells who it is of."""
    done: dict[str, dict[str, Any]] = {}
    for one in found.tasks:
        if one.clip is not None:
            done[one.slug] = {"status": "done", "take": one.take}
        elif one.slug not in done and one.skipped != UPSET:
            done[one.slug] = {"status": "skipped", "take": 0}
    return {
        "recording": found.id[:12],
        "consented": found.consent is not None,
        "answered": found.answers is not None,
        "programme": found.programme,
        "tasks": done,
        "finished": found.state is not InvitationState.OPEN,
    }


def _yes_no(value: object) -> bool | None:
    if value is not None and not isinstance(value, bool):
        raise RefusedError(400, "error.not_stored")
    return value


def _hours(value: object, most: float) -> float | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= most:
        raise RefusedError(400, "error.not_stored")
    return float(value)


def _score(value: object) -> int | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= 4:
        raise RefusedError(400, "error.not_stored")
    return value


ROUTES = [
    Route(path, answered(function), methods=[method])
    for method, path, function in (
        ("POST", "/recording/enter", enter),
        ("POST", "/recording/agree", agreed),
        ("POST", "/recording/answers", answers),
        ("POST", "/recording/skip", skipped),
        ("POST", "/recording/announce", sending.announce),
        ("PUT", "/recording/piece", sending.receive_piece),
        ("POST", "/recording/look", look),
        ("GET", "/recording/checks", checks),
        ("POST", "/recording/finish", finished),
        ("GET", "/recording/looks", looked),
        ("POST", "/recording/summary", summary),
        ("POST", "/recording/withdraw", withdrawn),
        ("GET", "/recording/browser/{name}.js", module),
    )
]


def task_list(scale: float) -> dict[str, list[dict[str, Any]]]:
    """Give the programmes as the browser needs them.

    Parameters
    ----------
    scale : float
        Of the tasks' lengths.
    """
    return {
        str(length): [
            {
                **dataclasses.asdict(task),
                "seconds": task.seconds * scale,
                "cues": [{"at_s": cue.at_s * scale, "text": cue.text} for cue in task.cues],
                "drawing": task.drawing,
            }
            for task in examination_tasks(length)
        ]
        for length in Length
    }
