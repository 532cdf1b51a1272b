"""What leaves the store by the pages: a report for the chart, the same as FHIR, and tables for research.

Each download asks who it is, and the store whether the person may have it.
"""

from __future__ import annotations

import shutil
from pathlib import Path

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from tdscreen.clinicapp.identity import desk_of_request
from tdscreen.clinicapp.service import service
from tdscreen.clinicapp.tickets import Purpose, Ticket
from tdscreen.errors import InputError, TdscreenError
from tdscreen.records.clinic import Desk
from tdscreen.records.exports import note_report
from tdscreen.records.in_memory import private_folder
from tdscreen.reports.content import collect
from tdscreen.reports.deidentified import export_tables
from tdscreen.reports.fhir import bundle, written
from tdscreen.reports.pdf import report_pdf

REPORT_PATH = "/clinic/report/{ticket}"
FHIR_PATH = "/clinic/fhir/{ticket}"
TABLES_PATH = "/clinic/tables/{ticket}"
LANDMARKS_PATH = "/clinic/landmarks/{ticket}"


async def give_report(request: Request) -> Response:
    """Answer ``GET`` with an examination's report as a PDF."""
    return await _give(request, Purpose.REPORT, "report", "application/pdf", "pdf")


async def give_fhir(request: Request) -> Response:
    """Answer ``GET`` with an examination as a FHIR bundle."""
    return await _give(request, Purpose.FHIR, "FHIR", "application/fhir+json", "json")


async def give_tables(request: Request) -> Response:
    """Answer ``GET`` with a site's de-identified tables for a study, as one ZIP file."""
    return await _give_export(request, Purpose.TABLES)


async def give_landmarks(request: Request) -> Response:
    """Answer ``GET`` with the same and the points of faces and hands, which may still identify."""
    return await _give_export(request, Purpose.LANDMARKS)


async def _give_export(request: Request, purpose: Purpose) -> Response:
    try:
        study, made = await run_in_threadpool(_export, request, purpose)
    except TdscreenError as error:
        return JSONResponse({"problem": str(error)}, 404)
    disposition = {"Content-Disposition": f'attachment; filename="{study}.zip"'}
    return Response(made, headers=disposition, media_type="application/zip")


def _export(request: Request, purpose: Purpose) -> tuple[str, bytes]:
    desk = desk_of_request(request)
    said = _read(request, purpose, desk)
    # In memory, until it is sent: what was decrypted never lies on a disk.
    with private_folder() as folder:
        out = folder / said.on
        export_tables(desk, out, study=said.on, landmarks=purpose is Purpose.LANDMARKS)
        packed = shutil.make_archive(str(folder / "packed"), "zip", folder, said.on)
        return said.on, Path(packed).read_bytes()


def _read(request: Request, purpose: Purpose, desk: Desk) -> Ticket:
    said = service().tickets.read(request.path_params["ticket"], purpose)
    if said.staff != desk.staff.id:
        raise InputError("This page was opened by somebody else. Load it again.")
    return said


async def _give(request: Request, purpose: Purpose, what: str, kind: str, ending: str) -> Response:
    try:
        examination, made = await run_in_threadpool(_make, request, purpose, what)
    except TdscreenError as error:
        return JSONResponse({"problem": str(error)}, 404)
    name = f"tdscreen-{examination[:8]}.{ending}"
    return Response(made, headers={"Content-Disposition": f'attachment; filename="{name}"'}, media_type=kind)


def _make(request: Request, purpose: Purpose, what: str) -> tuple[str, bytes]:
    desk = desk_of_request(request)
    said = _read(request, purpose, desk)
    report = collect(desk, said.on)
    made = report_pdf(report)
    if purpose is Purpose.FHIR:
        made = written(bundle(report, made)).encode("utf-8")
    note_report(desk, said.on, what)
    return said.on, made
