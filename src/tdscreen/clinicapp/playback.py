"""A kept clip is played: the browser asks for a range of bytes, and only the pieces that hold it are decrypted."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import BinaryIO

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse

from tdscreen.clinicapp.identity import desk_of_request
from tdscreen.clinicapp.practice_set import clip_file, folder_of
from tdscreen.clinicapp.service import service
from tdscreen.clinicapp.tickets import Purpose
from tdscreen.errors import InputError, TdscreenError
from tdscreen.records.clips import open_clip
from tdscreen.records.roles import Act, require
from tdscreen.records.sealed_file import SealedReader

PATH = "/clinic/clip/{ticket}"
TRAINING_PATH = "/clinic/training/{ticket}"
_RANGE = re.compile(r"bytes=(\d*)-(\d*)")
_BLOCK_BYTES = 256 * 1024


async def play(request: Request) -> Response:
    """Answer ``GET`` for the whole of a clip or a range of it.

    Each request asks who it is and whether the clip is of that person's site and still there, and stands in the audit
    log.
    """
    return await _answer(request, _open)


async def play_training(request: Request) -> Response:
    """Answer ``GET`` for a training clip, to whoever rates: it is of no patient, and not encrypted."""
    return await _answer(request, _open_training)


async def _answer(request: Request, open_it: Callable[[Request], BinaryIO | SealedReader]) -> Response:
    try:
        reader = await run_in_threadpool(open_it, request)
    except TdscreenError as error:
        return JSONResponse({"problem": str(error)}, 404)
    size = reader.seek(0, 2)
    span = _span(request.headers.get("range"), size)
    if span is None:
        reader.close()
        return Response(status_code=416, headers={"Content-Range": f"bytes */{size}"})
    start, end = span
    kind = await run_in_threadpool(_kind, reader)
    headers = {"Accept-Ranges": "bytes", "Content-Length": str(end - start)}
    if "range" in request.headers:
        headers["Content-Range"] = f"bytes {start}-{end - 1}/{size}"
    return StreamingResponse(
        _pieces(reader, start, end),
        206 if "range" in request.headers else 200,
        headers=headers,
        media_type=kind,
    )


def _open(request: Request) -> SealedReader:
    desk = desk_of_request(request)
    said = service().tickets.read(request.path_params["ticket"], Purpose.PLAY)
    if said.staff != desk.staff.id:
        # The same sentence as for a clip that is not there: it tells nothing of another's.
        return open_clip(desk, "")
    return open_clip(desk, said.on)


def _open_training(request: Request) -> BinaryIO:
    desk = desk_of_request(request)
    require(desk.staff.role, Act.RATE)
    said = service().tickets.read(request.path_params["ticket"], Purpose.TRAIN)
    if said.staff != desk.staff.id:
        raise InputError("This page was opened by somebody else. Load it again.")
    return clip_file(folder_of(desk.clinic.vault.folder), said.on).open("rb")


def _span(header: str | None, size: int) -> tuple[int, int] | None:
    """Give the first byte that is asked for and the one after the last; None of a range that is not there."""
    if header is None:
        return 0, size
    match = _RANGE.fullmatch(header.strip())
    if match is None or match.groups() == ("", ""):
        return None
    first, last = match.groups()
    if not first:
        return max(size - int(last), 0), size
    start, end = int(first), min(int(last) + 1, size) if last else size
    return (start, end) if start < end else None


def _kind(reader: BinaryIO | SealedReader) -> str:
    reader.seek(0)
    head = reader.read(12) or b""
    if head[4:8] == b"ftyp":
        return "video/mp4"
    # Matroska; browsers play its kind that is called WebM.
    return "video/webm" if head.startswith(b"\x1a\x45\xdf\xa3") else "application/octet-stream"


def _pieces(reader: BinaryIO | SealedReader, start: int, end: int) -> Iterator[bytes]:
    with reader:
        reader.seek(start)
        while start < end:
            piece = reader.read(min(_BLOCK_BYTES, end - start))
            if not piece:
                return
            start += len(piece)
            yield piece
