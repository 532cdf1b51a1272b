"""A clip is taken in: sent by the browser, encrypted as it comes, checked, and handed to the store."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from urllib.parse import unquote

from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse

from tdscreen.clinicapp.identity import desk_of_request
from tdscreen.clinicapp.service import service
from tdscreen.clinicapp.tickets import Purpose, Ticket
from tdscreen.errors import InputError, LimitError, TdscreenError
from tdscreen.records.arriving import Arriving, NoRoomError
from tdscreen.records.clinic import Desk
from tdscreen.records.clips import import_clip
from tdscreen.records.entries import Clip
from tdscreen.serving.uploading import RefusedError, digest_in
from tdscreen.settings import CLINIC_PAGES
from tdscreen.vocabulary import Task
from tdscreen.webapp.desk import readable_name

log = logging.getLogger(__name__)

PATH = "/clinic/upload/{ticket}"
NAME_HEADER = "x-clip-name"
TASK_HEADER = "x-clip-task"
KEEP_HEADER = "x-keep-video"
DIGEST_HEADER = "repr-digest"
"""As RFC 9530 has it: ``sha-256=:<base64>:``."""


async def receive(request: Request) -> JSONResponse:
    """Answer ``PUT``: take one clip in, or say in a sentence why not.

    A ticket is good for one upload. What is cut off, too large or not what was announced leaves nothing behind: until
    the store has taken it, a clip is an encrypted file without a name, which the kernel takes back when this process
    lets go of it or is killed.
    """
    places = service().places
    if not places.acquire(blocking=False):
        # Before the ticket is spent: the same one is good when there is room.
        problem = "Others are sending clips just now. Send it again in a minute."
        return JSONResponse({"problem": problem}, 503)
    try:
        clip = await _take_in(request)
    except RefusedError as refused:
        return JSONResponse({"problem": str(refused)}, refused.status)
    except ClientDisconnect:
        # Nobody is there to read it.
        return JSONResponse({"problem": "The upload was cut off."}, 400)
    except NoRoomError as error:
        return JSONResponse({"problem": str(error)}, 507)
    except LimitError as error:
        return JSONResponse({"problem": str(error)}, 413)
    except TdscreenError as error:
        return JSONResponse({"problem": str(error)}, 422)
    except OSError as error:
        # A disk that filled up since there was room; what was written is gone again.
        log.warning("A clip could not be kept: %s.", error.strerror)
        return JSONResponse({"problem": str(NoRoomError())}, 507)
    finally:
        places.release()
    return JSONResponse({"clip": clip.id}, 201)


async def _take_in(request: Request) -> Clip:
    desk, ticket = _admit(request)
    size_bytes, task, digest = _announced(request)
    with Arriving(desk.clinic.vault.folder, size_bytes) as clip:
        await _stream(request.stream(), clip, size_bytes=size_bytes, digest=digest)
        return await run_in_threadpool(
            lambda: import_clip(
                desk,
                ticket.on,
                clip.whole(),
                task=task,
                name=readable_name(unquote(request.headers.get(NAME_HEADER, ""))),
                keep_video=request.headers.get(KEEP_HEADER) == "1",
            )
        )


def _admit(request: Request) -> tuple[Desk, Ticket]:
    """Ask who it is and what for, before a byte is read."""
    try:
        desk = desk_of_request(request)
        ticket = service().tickets.read(request.path_params["ticket"], Purpose.UPLOAD)
        if ticket.staff != desk.staff.id:
            raise InputError("This page was opened by somebody else. Load it again.")
        service().tickets.spend(ticket)
    except InputError as error:
        raise RefusedError(403, str(error)) from error
    return desk, ticket


def _announced(request: Request) -> tuple[int, Task, bytes | None]:
    length = request.headers.get("content-length", "")
    if not length.isdecimal():
        raise RefusedError(411, "The browser did not say how large the clip is. Try another browser.")
    if int(length) > CLINIC_PAGES.max_upload_bytes:
        raise RefusedError(
            413,
            f"The clip has {int(length) / 1e6:,.0f} MB, more than the {CLINIC_PAGES.max_upload_bytes / 1e6:,.0f} MB "
            "that are taken. Cut it, or film at a lower resolution.",
        )
    try:
        task = Task(request.headers.get(TASK_HEADER, ""))
    except ValueError as error:
        raise RefusedError(400, "Say what the person was asked to do in this clip.") from error
    return int(length), task, digest_in(request.headers.get(DIGEST_HEADER))


async def _stream(
    pieces: AsyncIterator[bytes], clip: Arriving, *, size_bytes: int, digest: bytes | None
) -> None:
    while (piece := await _next_of(pieces)) is not None:
        if clip.received + len(piece) > size_bytes:
            raise RefusedError(413, "More came than was announced. Send the clip again.")
        await run_in_threadpool(clip.add, piece)
    if clip.received < size_bytes:
        raise RefusedError(400, "The upload was cut off. Send the clip again.")
    if digest is not None and digest.hex() != clip.sha256:
        raise RefusedError(422, "The clip did not arrive as it was sent. Send it again.")


async def _next_of(pieces: AsyncIterator[bytes]) -> bytes | None:
    """Wait for the next piece, but not for ever: an upload that stands still would keep its place from others."""
    try:
        async with asyncio.timeout(CLINIC_PAGES.upload_silence_s):
            return await anext(pieces, None)
    except TimeoutError as error:
        raise RefusedError(408, "Nothing came for a while. Send the clip again.") from error
