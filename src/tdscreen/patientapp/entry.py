"""Who is asking: whoever has a link, then the browser that has used it, in one window at a time.

The link's word stands behind the ``#`` of the address, which no browser sends to a server or tells another page. The
page hands it over once, by ``POST``, gets a cookie for it that no script can read, and takes it out of the address.
"""

from __future__ import annotations

import json
from collections.abc import Container
from dataclasses import dataclass
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from tdscreen.patientapp.service import recorder
from tdscreen.records.at_home import NotInvitedError, desk_of_invited, recording
from tdscreen.records.clinic import Desk
from tdscreen.records.entries import Invitation, InvitationState
from tdscreen.records.invitations import BROWSER, LINK, invitation_in, word_of
from tdscreen.serving.uploading import RefusedError

COOKIE = "tdscreen-recording"
WINDOW_HEADER = "x-window"
PROBLEMS: dict[InvitationState | None, tuple[int, str]] = {
    None: (404, "error.unknown"),
    InvitationState.REVOKED: (410, "error.expired"),
    InvitationState.EXPIRED: (410, "error.expired"),
    InvitationState.FINISHED: (410, "error.used"),
    InvitationState.WITHDRAWN: (410, "error.deleted"),
}


@dataclass(frozen=True)
class Guest:
    """A window of a browser that was let in.

    Attributes
    ----------
    desk : Desk
    invitation : str
    """

    desk: Desk
    invitation: str


async def said(request: Request) -> dict[str, Any]:
    """Read what a window says, as JSON.

    Raises
    ------
    RefusedError
        It is too long, or no JSON object.
    """
    text = await short_body(request, recorder().settings.max_message_bytes)
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise RefusedError(400, "error.not_stored") from error
    if not isinstance(found, dict):
        raise RefusedError(400, "error.not_stored")
    return found


def one_of(value: object, known: Container[str]) -> str:
    """Read a word that has to be one of those that are known: whatever else somebody says is kept nowhere.

    Raises
    ------
    RefusedError
        It is none of them, or no word at all.
    """
    if not isinstance(value, str) or value not in known:
        raise RefusedError(400, "error.not_stored")
    return value


async def short_body(request: Request, most_bytes: int) -> bytes:
    """Read a body that may not be longer than so much.

    Raises
    ------
    RefusedError
        It is.
    """
    body = bytearray()
    async for piece in request.stream():
        body += piece
        if len(body) > most_bytes:
            raise RefusedError(413, "error.too_large")
    return bytes(body)


def let_in(word: object, response: Response) -> str:
    """Let whoever shows a link's word in, and give the browser its cookie.

    Returns
    -------
    str
        The invitation.

    Raises
    ------
    RefusedError
        It is no word of ours.
    """
    here = recorder()
    invitation = invitation_in(here.clinic, word, LINK) if isinstance(word, str) and len(word) < 100 else None
    if invitation is None:
        raise RefusedError(*PROBLEMS[None])
    response.set_cookie(
        COOKIE,
        word_of(here.clinic, invitation, BROWSER),
        path="/recording",
        secure=here.https,
        httponly=True,
        samesite="strict",
    )
    return invitation


def invitation_of(request: Request) -> str:
    """Give the invitation of a browser that has used a link.

    Raises
    ------
    RefusedError
        It has not.
    """
    shown = request.cookies.get(COOKIE, "")
    if not shown:
        # A page that is loaded again once all is done, or an address typed without the rest of the link.
        raise RefusedError(404, "error.no_link")
    invitation = invitation_in(recorder().clinic, shown, BROWSER)
    if invitation is None:
        raise RefusedError(*PROBLEMS[None])
    return invitation


def window_of(request: Request, invitation: str, *, take_over: bool = False) -> None:
    """Make sure that this window, and no other, goes on with the recording.

    Raises
    ------
    RefusedError
        Another does.
    """
    window = request.headers.get(WINDOW_HEADER, "")
    if not window or len(window) > 64:
        raise RefusedError(400, "error.not_stored")
    if not recorder().windows.admit(invitation, window, take_over=take_over):
        raise RefusedError(409, "error.second_tab")


async def guest_of(request: Request) -> Guest:
    """Give whoever asks, with a place to record.

    Raises
    ------
    RefusedError
        It is nobody who was invited, or another window goes on.
    """
    invitation = invitation_of(request)
    window_of(request, invitation)
    try:
        desk = await run_in_threadpool(desk_of_invited, recorder().clinic, invitation)
    except NotInvitedError as error:
        raise RefusedError(*PROBLEMS[error.state]) from error
    return Guest(desk, invitation)


async def recording_of(invitation: str) -> Invitation:
    """Say how far a recording has come.

    Raises
    ------
    RefusedError
        There is no such invitation any more.
    """

    def look() -> Invitation:
        return recording(desk_of_invited(recorder().clinic, invitation), invitation)

    try:
        return await run_in_threadpool(look)
    except NotInvitedError as error:
        raise RefusedError(*PROBLEMS[error.state]) from error
