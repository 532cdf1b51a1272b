"""A clip is announced, comes in pieces, and is taken in once it is whole.

The browser keeps a clip until it was told that it is stored. Whatever goes wrong here, it asks how much is there and
sends the rest, or all of it again.
"""

from __future__ import annotations

import asyncio
import dataclasses
import re
from datetime import datetime
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from tdscreen.errors import LimitError, VideoError, WorkerError
from tdscreen.patientapp.entry import (
    PROBLEMS,
    Guest,
    guest_of,
    invitation_of,
    one_of,
    recording_of,
    said,
    window_of,
)
from tdscreen.patientapp.pieces import Unfinished
from tdscreen.patientapp.service import recorder
from tdscreen.patientapp.tasks import GuidedTask, Length, examination_tasks
from tdscreen.records.arriving import NoRoomError
from tdscreen.records.at_home import add_clip
from tdscreen.records.entries import InvitationState, RecordedTask
from tdscreen.serving.uploading import RefusedError

SLUGS: dict[str, GuidedTask] = {task.slug: task for length in Length for task in examination_tasks(length)}
OFFSET_HEADER = "x-offset"
_SHA256 = re.compile(r"[0-9a-f]{64}")
_CUE = re.compile(r"[a-z_.0-9]{1,40}")
_CAMERA = {
    "width": float,
    "height": float,
    "frameRate": float,
    "mimeType": str,
    "facingMode": str,
    "source": str,
}
_MOST_PROMPTS, _LONGEST_S, _MOST_TAKES = 60, 600.0, 99


async def announce(request: Request) -> Response:
    """Say how much of a clip is here already: the browser sends the rest."""
    guest = await guest_of(request)
    message = await said(request)
    recorded, size_bytes = _announced(message)
    so_far = await recording_of(guest.invitation)
    if so_far.state is not InvitationState.OPEN:
        raise RefusedError(*PROBLEMS[so_far.state])
    if so_far.consent is None:
        raise RefusedError(409, "error.not_stored")
    if any(one.sha256 == recorded.sha256 for one in so_far.tasks):
        return JSONResponse({"stored": True, "offset": size_bytes})
    if sum(one.clip is not None for one in so_far.tasks) >= recorder().settings.most_clips:
        raise RefusedError(409, "error.too_large")
    try:
        here = await run_in_threadpool(
            recorder().pieces.announce, guest.invitation, guest.desk, recorded, size_bytes
        )
    except NoRoomError as error:
        raise RefusedError(507, "error.disk_full") from error
    return JSONResponse({"stored": False, "offset": here.clip.received})


async def receive_piece(request: Request) -> Response:
    """Take the next piece of the clip that was announced; with the last one the clip is taken in.

    The store was asked when the clip was announced, and is asked again when it is taken in.
    """
    invitation = invitation_of(request)
    window_of(request, invitation)
    pieces = recorder().pieces
    offset, length = (request.headers.get(name, "") for name in (OFFSET_HEADER, "content-length"))
    if not length.isdecimal() or not offset.isdecimal() or len(offset) > 12:
        raise RefusedError(411, "error.not_stored")
    if len(length) > 12 or int(length) > recorder().settings.piece_bytes:
        raise RefusedError(413, "error.too_large")
    here = pieces.begin(invitation, int(offset))
    try:
        if here.clip.received + int(length) > here.size_bytes:
            raise RefusedError(413, "error.too_large")
        await add_piece(request, here, int(length))
        if here.clip.received < here.size_bytes:
            return JSONResponse({"stored": False, "offset": here.clip.received})
        return await _take_in(Guest(here.desk, invitation), here)
    except OSError:
        # A disk that filled up may have taken half of the piece: it is sent again, from its beginning.
        pieces.drop(invitation)
        raise
    finally:
        pieces.end(here)


async def add_piece(request: Request, here: Unfinished, length: int) -> None:
    """Add a piece whole, or nothing of it.

    Raises
    ------
    RefusedError
        It is longer or shorter than it should be, or takes too long.
    """
    piece = bytearray()
    try:
        async with asyncio.timeout(recorder().settings.piece_deadline_s):
            async for part in request.stream():
                piece += part
                if len(piece) > length:
                    raise RefusedError(413, "error.too_large")
    except TimeoutError as error:
        raise RefusedError(408, "error.network") from error
    if len(piece) < length:
        raise RefusedError(400, "error.network")
    await run_in_threadpool(here.clip.add, bytes(piece))


async def _take_in(guest: Guest, here: Unfinished) -> Response:
    service = recorder()
    one = here.recorded
    try:
        if not here.is_whole:
            raise RefusedError(422, "error.not_stored")
        # Each is read in a process of its own: those of twenty phones at one time would fill the memory.
        kept = await asyncio.get_running_loop().run_in_executor(service.taking_in, _keep, guest, here)
    except LimitError as error:
        raise RefusedError(413, "error.too_large") from error
    except WorkerError as error:
        # It may be the machine, as when its disk is full, and not the clip: the phone keeps it and tries again.
        raise RefusedError(503, "error.server") from error
    except VideoError as error:
        raise RefusedError(422, "error.no_video") from error
    finally:
        # Whatever became of it, it is not kept here any more; the browser has it until it was told that it is stored.
        service.pieces.drop(guest.invitation)
    assert kept.clip is not None
    service.checks.ask(service.clinic, guest.desk.staff.site, guest.invitation, one.slug, one.take, kept.clip)
    return JSONResponse({"stored": True, "offset": here.size_bytes}, 201)


def _keep(guest: Guest, here: Unfinished) -> RecordedTask:
    return add_clip(
        guest.desk,
        guest.invitation,
        here.clip.whole(),
        task=SLUGS[here.recorded.slug].task,
        recorded=dataclasses.asdict(here.recorded),
    )


def _announced(message: dict[str, Any]) -> tuple[RecordedTask, int]:
    """Read what is said of a clip; nothing of it is taken on trust.

    Raises
    ------
    RefusedError
    """
    slug, sha256 = one_of(message.get("slug"), SLUGS), message.get("sha256")
    if (
        not isinstance(sha256, str)
        or not _SHA256.fullmatch(sha256)
        or not isinstance(message.get("mirrored"), bool)
    ):
        raise RefusedError(400, "error.not_stored")
    size_bytes, take = _whole(message.get("bytes")), _whole(message.get("take"))
    if not 1 <= take <= _MOST_TAKES:
        raise RefusedError(400, "error.not_stored")
    if not 0 < size_bytes <= recorder().settings.max_clip_bytes:
        raise RefusedError(413, "error.too_large")
    recorded = RecordedTask(
        slug=slug,
        take=take,
        sha256=sha256,
        mirrored=message["mirrored"],
        started_at=_time(message.get("started_at")),
        prompts=_prompts(message.get("prompts")),
        camera=_camera(message.get("camera")),
    )
    return recorded, size_bytes


def _whole(value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise RefusedError(400, "error.not_stored")
    return value


def _time(value: Any) -> str:
    try:
        return datetime.fromisoformat(value).isoformat()
    except (TypeError, ValueError) as error:
        raise RefusedError(400, "error.not_stored") from error


def _prompts(value: Any) -> tuple[tuple[str, float], ...]:
    if not isinstance(value, list) or len(value) > _MOST_PROMPTS:
        raise RefusedError(400, "error.not_stored")
    found = []
    for one in value:
        match one:
            case [str(cue), int(at_s) | float(at_s)] if (
                _CUE.fullmatch(cue) and -_LONGEST_S <= at_s <= _LONGEST_S
            ):
                found.append((cue, float(at_s)))
            case _:
                raise RefusedError(400, "error.not_stored")
    return tuple(found)


def _camera(value: Any) -> dict[str, str | float]:
    if not isinstance(value, dict):
        raise RefusedError(400, "error.not_stored")
    found: dict[str, str | float] = {}
    for name, kind in _CAMERA.items():
        one = value.get(name)
        if kind is float and isinstance(one, int | float) and 0 <= one <= 1e6:
            found[name] = float(one)
        elif kind is str and isinstance(one, str) and len(one) < 80 and one.isprintable():
            found[name] = one
    return found
